using System.Numerics;
using System.Text;
using Hebb.Data;

namespace Hebb.Torch;

/// <summary>The type of the elements of a storage, such as <c>torch.FloatStorage</c>.</summary>
/// <param name="Name">Its name in Python.</param>
/// <param name="DType">Null for one of bytes without a type.</param>
internal sealed record StorageType(string Name, DType? DType);

/// <summary>All names that PyTorch's pickles may use: tensors, NumPy's arrays, plain containers.</summary>
internal sealed class TorchNames : PickleNames
{
    public static readonly TorchNames Instance = new();

    private static readonly Dictionary<string, object> Known = Make();

    /// <summary>Element types that are packed or quantised: known, so that the refusal can say what they are.</summary>
    private static readonly string[] Quantised = ["QInt8Storage", "QUInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage", "qint8", "quint8", "qint32", "quint4x2", "quint2x4"];

    /// <inheritdoc/>
    public override object Find(string module, string name)
    {
        string full = $"{module}.{name}";
        string canonical = module switch
        {
            "__builtin__" => "builtins",
            "copy_reg" => "copyreg",
            "torch.cuda" when name.EndsWith("Storage", StringComparison.Ordinal) => "torch",
            _ when module.StartsWith("numpy._core", StringComparison.Ordinal) => "numpy.core" + module["numpy._core".Length..],
            _ => module,
        } + "." + name;
        if (Known.TryGetValue(canonical, out object? found))
            return found;
        if (Array.IndexOf(Quantised, name) >= 0 || name == "_rebuild_qtensor")
            throw new FormatException($"holds a quantised tensor ({full}), which is not read: call dequantize() on it in Python first");
        if (name is "_rebuild_sparse_tensor" or "_rebuild_sparse_csr_tensor" or "_rebuild_nested_tensor" or "_rebuild_meta_tensor_no_storage")
            throw new FormatException($"holds a tensor that is not dense ({full}), which is not read: call to_dense() on it in Python first");
        throw new FormatException($"holds an object of {full}; only tensors and plain containers are read: in Python, save model.state_dict() alone");
    }

    /// <inheritdoc/>
    public override long Build(object? target, object? state)
    {
        switch (target)
        {
            case OrderedDictionary<object, object?> or TorchView:
                // Attributes, such as the versions of layers in _metadata: nothing here reads them.
                return 0;
            case NumpyType type when state is object?[] parts:
                type.SetState(parts);
                return 0;
            case NumpyArray array when state is object?[] parts:
                return array.SetState(parts);
            default:
                throw new FormatException("the pickle gives a state to what takes none");
        }
    }

    private static Dictionary<string, object> Make()
    {
        var known = new Dictionary<string, object>();

        void Function(string name, Func<object?[], object?> call, int cost = 64) => known.Add(name, new PickleFunction(name, call, cost));

        Function("collections.OrderedDict", a => Dictionary(a.Length == 0 ? null : a[0]));
        Function("collections.Counter", a => Dictionary(a.Length == 0 ? null : a[0]));
        Function("collections.defaultdict", a => Dictionary(a.Length < 2 ? null : a[1]));
        Function("builtins.dict", a => Dictionary(a.Length == 0 ? null : a[0]));
        Function("builtins.list", a => new List<object?>(Items(a)));
        Function("builtins.tuple", a => Items(a));
        Function("builtins.set", Set);
        Function("builtins.frozenset", Set);
        Function("builtins.int", a => a.Length == 0 ? 0L : a[0]);
        Function("builtins.long", a => a.Length == 0 ? 0L : a[0]);
        Function("builtins.float", a => a.Length == 0 ? 0.0 : a[0]);
        Function("builtins.str", a => a.Length == 0 ? "" : a[0]);
        Function("builtins.bool", a => a.Length == 0 ? false : a[0]);
        Function("builtins.bytes", ToBytes);
        Function("builtins.bytearray", ToBytes);
        Function("builtins.complex", a => a is [double re, double im] ? new Complex(re, im) : throw Wrong("complex"));
        Function("_codecs.encode", a => a is [string text, ..] ? Encoding.Latin1.GetBytes(text) : throw Wrong("encode"));
        Function("torch.Size", a => Items(a));
        Function("torch.device", a => a is [string kind, .. var rest] ? rest is [long index] ? $"{kind}:{index}" : kind : throw Wrong("torch.device"));
        Function("torch._utils._rebuild_tensor", TorchView.Make, 600);
        Function("torch._utils._rebuild_tensor_v2", TorchView.Make, 600);
        Function("torch._utils._rebuild_tensor_v3", TorchView.MakeTyped, 600);
        Function("torch._utils._rebuild_parameter", a => a is [TorchView view, ..] ? view : throw Wrong("_rebuild_parameter"));
        Function("torch._utils._rebuild_parameter_with_state", a => a is [TorchView view, ..] ? view : throw Wrong("_rebuild_parameter_with_state"));
        Function("torch._tensor._rebuild_from_type_v2", a => a is [PickleFunction f, _, object?[] inner, ..] && f.ToString().StartsWith("torch._utils.", StringComparison.Ordinal) ? f.Call(inner) : throw Wrong("_rebuild_from_type_v2"), 600);
        // Named as the class of what is rebuilt; never called.
        Function("torch.Tensor", _ => throw Wrong("torch.Tensor"));
        Function("torch.nn.parameter.Parameter", a => a is [TorchView view, ..] ? view : throw Wrong("Parameter"));
        Function("numpy.ndarray", _ => throw Wrong("numpy.ndarray"));
        Function("numpy.dtype", NumpyType.Make);
        Function("numpy.core.multiarray._reconstruct", _ => new NumpyArray(), 600);
        Function("numpy.core.multiarray.scalar", NumpyArray.Scalar, 128);
        Function("numpy.core.numeric._frombuffer", NumpyArray.FromBuffer, 600);

        foreach (var (name, dtype) in TorchTypes.Storages)
            known.Add("torch." + name, new StorageType(name, dtype));
        foreach (string name in (string[])["torch.storage.UntypedStorage", "torch.storage._UntypedStorage", "torch.UntypedStorage"])
            known.Add(name, new StorageType("UntypedStorage", null));
        foreach (var (name, dtype) in TorchTypes.Elements)
            known.Add("torch." + name, dtype);
        return known;
    }

    private static FormatException Wrong(string function) => new($"the pickle calls {function} with other arguments than Python writes");

    private static object?[] Items(object?[] arguments) => arguments switch
    {
        [] => [],
        [object?[] tuple] => tuple,
        [List<object?> list] => [.. list],
        [HashSet<object> set] => [.. set],
        _ => throw Wrong("a container"),
    };

    private static HashSet<object> Set(object?[] arguments)
    {
        var set = PickleContainers.NewSet();
        foreach (object? item in Items(arguments))
            set.Add(item!);
        return set;
    }

    private static OrderedDictionary<object, object?> Dictionary(object? items)
    {
        var made = PickleContainers.NewDictionary();
        switch (items)
        {
            case null:
                break;
            case OrderedDictionary<object, object?> other:
                foreach (var (key, value) in other)
                    made[key] = value;
                break;
            case List<object?> or object?[]:
                foreach (object? item in (IEnumerable<object?>)items)
                {
                    object?[] pair = item switch { object?[] tuple => tuple, List<object?> { Count: 2 } list => [.. list], _ => [] };
                    if (pair is not [{ } key, var value])
                        throw Wrong("a dictionary");
                    made[key] = value;
                }
                break;
            default:
                throw Wrong("a dictionary");
        }
        return made;
    }

    private static object ToBytes(object?[] arguments) => arguments switch
    {
        [] => Array.Empty<byte>(),
        [byte[] bytes] => bytes,
        [string text, ..] => Encoding.Latin1.GetBytes(text),
        _ => throw Wrong("bytes"),
    };
}
