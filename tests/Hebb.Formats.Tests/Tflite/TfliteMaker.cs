using System.Runtime.InteropServices;

namespace Hebb.Formats.Tests.Tflite;

/// <summary>Makes TensorFlow Lite files for tests, from the published schema: tensors and operators are numbered as they are added.</summary>
internal sealed class TfliteMaker
{
    private readonly List<Dictionary<int, object>> _buffers = [[]], _codes = [];
    private readonly List<Dictionary<int, object>?> _graphs = [null];
    private List<Dictionary<int, object>> _tensors = [], _steps = [];

    /// <summary>The numbers of element types.</summary>
    public static int TypeOf(Type type) => type == typeof(float) ? 0 : type == typeof(Half) ? 1 : type == typeof(int) ? 2 : type == typeof(byte) ? 3 : type == typeof(long) ? 4 : type == typeof(bool) ? 6
        : type == typeof(short) ? 7 : type == typeof(sbyte) ? 9 : throw new ArgumentException(type.Name);

    /// <summary>A value that is computed, or given to the model.</summary>
    public int Value<T>(int[] shape, float[]? scale = null, long[]? zero = null, bool variable = false) => Add(TypeOf(typeof(T)), shape, null, scale, zero, 0, variable);

    /// <summary>A value in the file.</summary>
    public int Constant<T>(T[] values, int[]? shape = null, float[]? scale = null, long[]? zero = null, int axis = 0, int? type = null) where T : unmanaged =>
        Add(type ?? TypeOf(typeof(T)), shape ?? [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), scale, zero, axis, false);

    private int Add(int type, int[] shape, byte[]? data, float[]? scale, long[]? zero, int axis, bool variable)
    {
        var tensor = new Dictionary<int, object> { [0] = shape, [1] = (sbyte)type, [2] = data is null ? 0 : _buffers.Count, [3] = $"t{_tensors.Count}" };
        if (data is not null)
            _buffers.Add(new() { [0] = data });
        if (scale is not null)
            tensor[4] = new Dictionary<int, object> { [2] = scale, [3] = zero ?? new long[scale.Length], [6] = axis };
        if (variable)
            tensor[5] = true;
        _tensors.Add(tensor);
        return _tensors.Count - 1;
    }

    /// <summary>Another graph, which is made inside; what is added there has numbers of its own.</summary>
    /// <returns>The graph's number.</returns>
    public int Graph(Func<(int[] Inputs, int[] Outputs)> make)
    {
        var (tensors, steps, number) = (_tensors, _steps, _graphs.Count);
        (_tensors, _steps) = ([], []);
        _graphs.Add(null);
        var (inputs, outputs) = make();
        _graphs[number] = Whole(inputs, outputs, $"graph{number}");
        (_tensors, _steps) = (tensors, steps);
        return number;
    }

    private Dictionary<int, object> Whole(int[] inputs, int[] outputs, string name) => new() { [0] = _tensors.ToArray(), [1] = inputs, [2] = outputs, [3] = _steps.ToArray(), [4] = name };

    /// <summary>A variable's handle.</summary>
    public int Handle(string name)
    {
        int handle = Add(13, [], null, null, null, 0, false);
        Step(142, [], [handle], new() { [1] = name });
        return handle;
    }

    /// <summary>An operator: its number, tensors (-1 for what is left out) and options.</summary>
    public void Step(int code, int[] inputs, int[] outputs, Dictionary<int, object>? options = null)
    {
        // Numbers past 127 are in the later field.
        _codes.Add(new() { [0] = (sbyte)Math.Min(code, 127), [2] = 1, [3] = code });
        var step = new Dictionary<int, object> { [0] = _codes.Count - 1, [1] = inputs, [2] = outputs };
        if (options is not null)
            (step[3], step[4]) = ((byte)1, options);
        _steps.Add(step);
    }

    /// <summary>The file's bytes.</summary>
    public byte[] File(int[] inputs, int[] outputs, int version = 3) => FlatWriter.Write(new()
    {
        [0] = version,
        [1] = _codes.ToArray(),
        [2] = (Dictionary<int, object>[])[Whole(inputs, outputs, "main"), .. _graphs[1..]!],
        [3] = "made by a test",
        [4] = _buffers.ToArray(),
    }, "TFL3");

    public TfliteModel Model(int[] inputs, int[] outputs) => TfliteModel.Load(File(inputs, outputs), "test.tflite");
}
