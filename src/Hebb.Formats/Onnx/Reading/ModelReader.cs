using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Reads a whole model: functions first, then the graph that calls them.</summary>
internal static class ModelReader
{
    /// <exception cref="FormatException">The bytes are no model that could run.</exception>
    public static OnnxModel Read(byte[] bytes, string? folder, OnnxPart? part, Func<ModelProto, OnnxGraph, List<(string, InitialValue)>, OnnxModel> make)
    {
        try
        {
            return ReadWhole(bytes, folder, part, make);
        }
        catch (HebbException e) when (e.Message.AsSpan().ContainsAny('\r', '\n'))
        {
            // Names in a file may hold anything; an error is one line.
            throw new FormatException(e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static OnnxModel ReadWhole(byte[] bytes, string? folder, OnnxPart? part, Func<ModelProto, OnnxGraph, List<(string, InitialValue)>, OnnxModel> make)
    {
        var proto = ValueReader.Parse(ModelProto.Parser, bytes, "the model");
        if (proto.Graph is null)
            throw new FormatException("the model has no graph");
        if (part is not null)
            PartReader.Cut(proto.Graph, part);
        var opsets = Opsets(proto.OpsetImport);
        using var suspended = TensorScope.Suspend();
        var context = new ModelContext(folder is null ? null : new ExternalData(folder));
        foreach (var function in proto.Functions)
        {
            var defaults = function.AttributeProto.ToDictionary(a => a.Name, a => AttributeReader.Read(a, context.External, _ => throw new FormatException("a default can't be a graph")));
            context.Functions[(function.Domain == "ai.onnx" ? "" : function.Domain, function.Name, function.Overload)] = new OnnxFunction { Name = function.Name, Defaults = defaults };
        }
        foreach (var function in proto.Functions)
        {
            var own = Opsets(function.OpsetImport);
            foreach (var (domain, version) in opsets)
                own.TryAdd(domain, version);
            context.Functions[(function.Domain == "ai.onnx" ? "" : function.Domain, function.Name, function.Overload)].Graph = GraphBuilder.Build(context, function, own);
        }
        return make(proto, GraphBuilder.Build(context, proto.Graph, opsets), context.State);
    }

    /// <summary>Versions by domain. A model that names none is of the first version.</summary>
    public static Dictionary<string, int> Opsets(IReadOnlyCollection<OperatorSetIdProto> imports)
    {
        var opsets = new Dictionary<string, int>();
        foreach (var import in imports)
            opsets[import.Domain == "ai.onnx" ? "" : import.Domain] = (int)Math.Clamp(import.Version, 1, int.MaxValue);
        if (opsets.Count == 0)
            opsets[""] = 1;
        return opsets;
    }
}
