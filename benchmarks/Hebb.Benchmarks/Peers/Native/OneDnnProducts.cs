namespace Hebb.Benchmarks;

/// <summary>C = A B through dnnl_sgemm.</summary>
internal sealed unsafe class OneDnnSgemm(OneDnn library, long m, long n, long k) : INativeProblem
{
    private readonly delegate* unmanaged<byte, byte, long, long, long, float, float*, long, float*, long, float, float*, long, int> _sgemm =
        (delegate* unmanaged<byte, byte, long, long, long, float, float*, long, float*, long, float, float*, long, int>)library.Function("dnnl_sgemm");

    private readonly NativeBuffer _a = new(Inputs.Uniform(m * k, 1)), _b = new(Inputs.Uniform(k * n, 2)), _c = new(m * n);

    public void Call() => OneDnn.Check(_sgemm((byte)'N', (byte)'N', m, n, k, 1, _a.Pointer, k, _b.Pointer, n, 0, _c.Pointer, n));

    public IEnumerable<float[]> Outputs() => [_c.ToArray()];
}

/// <summary>C = A B through a primitive, whose weights B stand in plain rows or, once packed, as the library likes them best.</summary>
internal sealed unsafe class OneDnnProduct : INativeProblem
{
    private readonly OneDnn _library;
    private readonly NativeBuffer _c;
    private readonly NumberType _type;
    private readonly int _count;
    private readonly nint _primitive;
    private readonly OneDnn.Argument[] _arguments;

    public OneDnnProduct(OneDnn library, long m, long n, long k, bool packed, bool innerProduct, NumberType type = NumberType.Float32)
    {
        _library = library;
        _type = type;
        _count = checked((int)(m * n));
        var (left, right, result) = type switch
        {
            NumberType.BFloat16 => (OneDnn.BFloat16, OneDnn.BFloat16, OneDnn.BFloat16),
            NumberType.Int8 => (OneDnn.UInt8, OneDnn.Int8, OneDnn.Int32),
            _ => (OneDnn.Float32, OneDnn.Float32, OneDnn.Float32),
        };
        _c = new NativeBuffer(m * n);
        byte* source = library.Descriptor(m, k, (k, 1), left), target = library.Descriptor(m, n, (n, 1), result);
        // An inner product has its weights as [n, k].
        byte* plain = innerProduct ? library.Descriptor(n, k, (1, n), right) : library.Descriptor(k, n, (n, 1), right);
        byte* wanted = !packed ? plain : innerProduct ? library.Descriptor(n, k, null, right) : library.Descriptor(k, n, null, right);
        byte* operation = OneDnn.Blank();
        if (innerProduct)
        {
            const int inference = 96;
            OneDnn.Check(((delegate* unmanaged<byte*, int, byte*, byte*, byte*, byte*, int>)library.Function("dnnl_inner_product_forward_desc_init"))(operation, inference, source, wanted, null, target));
        }
        else
        {
            OneDnn.Check(((delegate* unmanaged<byte*, byte*, byte*, byte*, byte*, int>)library.Function("dnnl_matmul_desc_init"))(operation, source, wanted, null, target));
        }
        nint descriptor = library.PrimitiveDescriptor(operation);
        _primitive = library.Primitive(descriptor);
        nint weights = library.Memory(plain, new NativeBuffer(TypedInputs.Bytes(type, k * n, 2, left: false)).Pointer);
        if (packed) weights = library.Reordered(plain, weights, library.WeightsOf(descriptor));
        _arguments =
        [
            new(1, library.Memory(source, new NativeBuffer(TypedInputs.Bytes(type, m * k, 1, left: true)).Pointer)),
            new(33, weights),
            new(17, library.Memory(target, _c.Pointer)),
        ];
    }

    public void Call() => _library.Execute(_primitive, _arguments);

    public IEnumerable<float[]> Outputs() => [_c.ToArray(_type, _count)];
}
