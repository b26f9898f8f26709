using System.Runtime.CompilerServices;
using Hebb.Data;

namespace Hebb;

/// <summary>
/// What a user of a model has to know beside its weights: how inputs are made, what outputs mean, where it comes from. Saved with the model.
/// <code>ModelInfo.Of(model).Labels = ["cat", "dog"];</code>
/// </summary>
public sealed class ModelInfo
{
    private static readonly ConditionalWeakTable<Module, ModelInfo> Known = [];

    /// <summary>How an input is made from what a user has, such as a picture; null where that is not known.</summary>
    public Preprocessing? Preprocessing { get; set; }

    /// <summary>Names of the classes, in the order of the outputs; null for a model that does not classify.</summary>
    public IReadOnlyList<string>? Labels { get; set; }

    /// <summary>What the model is for, such as <c>classification</c> or <c>regression</c>; empty where that is not known.</summary>
    public string Task { get; set; } = "";

    /// <summary>The model's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it does, what it is not fit for; Markdown.</summary>
    public string Description { get; set; } = "";

    /// <summary>The licence of the weights.</summary>
    public string Licence { get; set; } = "";

    /// <summary>The data it was trained on.</summary>
    public string Data { get; set; } = "";

    /// <summary>Results by name, such as <c>accuracy</c> 0.98; of held-out data.</summary>
    public IDictionary<string, double> Metrics { get; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What is known of a model: one object for each, which lives as long as the model. Empty at first.</summary>
    public static ModelInfo Of(Module model) => Known.GetOrCreateValue(model);
}
