namespace Hebb.Package;

/// <summary>Names of the files inside a saved model, in the order in which they are written. The manifest is last: it holds the hashes of the others.</summary>
internal static class PackageEntries
{
    public const string FormatName = "hebb-model";

    /// <summary>Version 1: the first.</summary>
    public const int Version = 1;

    public const string Graph = "graph.json";
    public const string Schema = "schema.json";
    public const string Preprocessing = "preprocessing.json";
    public const string Labels = "labels.json";
    public const string Card = "card.md";
    public const string Weights = "weights.safetensors";
    public const string Constants = "constants.safetensors";

    /// <summary>Before the names of buffers that are not part of the state, among the constants.</summary>
    public const string BufferPrefix = "buffer:";

    public const string Manifest = "manifest.json";

    /// <summary>The most bytes of a text file inside.</summary>
    public const int MaxText = 64 << 20;
}
