namespace Hebb.Onnx;

/// <summary>The names of classes, whole numbers or strings, that a classifier writes.</summary>
internal sealed class ClassLabels
{
    private readonly string[]? _texts;
    private readonly long[]? _numbers;

    public ClassLabels(NodeCall c, string numbers)
    {
        _texts = c.Texts("classlabels_strings") is { Length: > 0 } texts ? texts : null;
        _numbers = _texts is null ? c.Ints(numbers) : null;
    }

    /// <summary>How many there are; 0 where the node gives none.</summary>
    public int Count => _texts?.Length ?? _numbers?.Length ?? 0;

    /// <summary>The names at some places [N]; without names the places themselves.</summary>
    public OnnxValue At(Tensor places)
    {
        if (_texts is null && _numbers is null)
            return places;
        foreach (long place in places.ToArray<long>())
        {
            if (place < 0 || place >= Count)
                throw new FormatException($"there is no name for class {place}: there are {Count}");
        }
        return _texts is not null ? new OnnxStrings(_texts).At(places) : Tensor.From(_numbers!).Take(places);
    }

    /// <summary>The classes as keys of a map.</summary>
    public OnnxValue Keys => _texts is not null ? new OnnxStrings(_texts) : Tensor.From(_numbers ?? []);
}
