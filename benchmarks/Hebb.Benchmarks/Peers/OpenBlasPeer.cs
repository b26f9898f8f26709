using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>OpenBLAS's cblas_sgemm, and cblas_dgemm.</summary>
internal sealed class OpenBlasPeer : Peer
{
    public override string Name => "openblas";

    public override string? Problem() => OpenBlas.Load() == 0 ? $"no libopenblas.so.0 on this machine ({Install(Name)})" : null;

    public override ProcessStartInfo Program() => Self(Name);
}

/// <summary>The library itself, in the peer's process.</summary>
internal sealed unsafe class OpenBlas : INativePeer
{
    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;
    private readonly delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void> _dgemm;
    private readonly delegate* unmanaged<int, void> _setThreads;
    private readonly delegate* unmanaged<byte*> _config;

    public OpenBlas()
    {
        nint library = Load();
        if (library == 0) throw new DllNotFoundException("no OpenBLAS");
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        _dgemm = (delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void>)NativeLibrary.GetExport(library, "cblas_dgemm");
        _setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        _config = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_config");
    }

    public string Version => Marshal.PtrToStringUTF8((nint)_config())!.Trim();

    /// <summary>
    /// Whether it takes this processor for one without AVX: an OpenBLAS older than the processor falls back to its slowest kernels, and
    /// must be told to take those for AVX-512.
    /// </summary>
    public static bool KnowsNotThisProcessor { get; } = Core() is "Prescott" or "Generic" or "Core2" or "Nehalem";

    private static string? Core() =>
        Load() is var library and not 0 && NativeLibrary.TryGetExport(library, "openblas_get_corename", out nint name) ? Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)name)()) : null;

    /// <summary>Whichever OpenBLAS the system has; 0 if none. libblas.so.3 may be another BLAS.</summary>
    public static nint Load()
    {
        foreach (string name in (string[])["libopenblas.so.0", "libopenblas.dylib", "libopenblas.dll", "libblas.so.3"])
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "openblas_get_config", out _)) return library;
        return 0;
    }

    public INativeProblem Prepare(Problem problem, int threads)
    {
        var type = (NumberType)problem["type"];
        if (problem.Op != "gemm" || problem["packed"] != 0 || type is not (NumberType.Float32 or NumberType.Float64)) throw new NotSupportedException($"OpenBLAS has no {problem.Text}");
        _setThreads(threads);
        return type == NumberType.Float64
            ? new DoubleProduct(this, problem["m"], problem["n"], problem["k"])
            : new Product(this, problem["m"], problem["n"], problem["k"]);
    }

    private sealed class DoubleProduct(OpenBlas blas, int m, int n, int k) : INativeProblem
    {
        private readonly NativeBuffer _a = new(TypedInputs.Bytes(NumberType.Float64, (long)m * k, 1, left: true));
        private readonly NativeBuffer _b = new(TypedInputs.Bytes(NumberType.Float64, (long)k * n, 2, left: false));
        private readonly NativeBuffer _c = new(2L * m * n);

        public void Call()
        {
            const int rowOrder = 101, plain = 111;
            blas._dgemm(rowOrder, plain, plain, m, n, k, 1, (double*)_a.Pointer, k, (double*)_b.Pointer, n, 0, (double*)_c.Pointer, n);
        }

        public IEnumerable<float[]> Outputs() => [_c.ToArray(NumberType.Float64, m * n)];
    }

    private sealed class Product(OpenBlas blas, int m, int n, int k) : INativeProblem
    {
        private readonly NativeBuffer _a = new(Inputs.Uniform((long)m * k, 1)), _b = new(Inputs.Uniform((long)k * n, 2)), _c = new((long)m * n);

        public void Call()
        {
            const int rowOrder = 101, plain = 111;
            blas._sgemm(rowOrder, plain, plain, m, n, k, 1, _a.Pointer, k, _b.Pointer, n, 0, _c.Pointer, n);
        }

        public IEnumerable<float[]> Outputs() => [_c.ToArray()];
    }
}
