using System.Runtime.InteropServices;
using System.Text;

namespace Hebb.Benchmarks;

/// <summary>ONNX Runtime's C interface, in the peer's process: a table of functions whose order never changes.</summary>
internal sealed unsafe class OnnxRuntime : INativePeer
{
    private const uint ApiVersion = 14;

    private readonly nint* _api;
    private readonly nint _environment, _memory;

    public OnnxRuntime()
    {
        nint library = OnnxRuntimePeer.Find() is { } file ? NativeLibrary.Load(file) : throw new DllNotFoundException("no ONNX Runtime");
        nint* table = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        _api = ((delegate* unmanaged<uint, nint*>)table[0])(ApiVersion);
        if (_api is null) throw new DllNotFoundException($"ONNX Runtime without version {ApiVersion} of its interface");
        Version = "ONNX Runtime " + Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)table[1])());
        const int errors = 3, deviceAllocator = 0, defaultMemory = 0;
        nint environment, memory;
        fixed (byte* name = "hebb\0"u8) Check(((delegate* unmanaged<int, byte*, nint*, nint>)_api[Slot.CreateEnv])(errors, name, &environment));
        Check(((delegate* unmanaged<int, int, nint*, nint>)_api[Slot.CreateCpuMemoryInfo])(deviceAllocator, defaultMemory, &memory));
        (_environment, _memory) = (environment, memory);
    }

    public string Version { get; }

    public INativeProblem Prepare(Problem problem, int threads) => problem.Op switch
    {
        "conv" => OnnxProblems.Convolution(this, problem, threads),
        "attention" => OnnxProblems.Attention(this, problem, threads),
        "onnx" => OnnxProblems.Model(this, problem, threads),
        _ => throw new NotSupportedException($"{problem.Op} is not asked of ONNX Runtime"),
    };

    /// <summary>A model ready to run, with all its optimisations.</summary>
    public nint Session(byte[] model, int threads)
    {
        const int all = 99;
        nint options, session;
        Check(((delegate* unmanaged<nint*, nint>)_api[Slot.CreateSessionOptions])(&options));
        Check(((delegate* unmanaged<nint, int, nint>)_api[Slot.SetSessionGraphOptimizationLevel])(options, all));
        Check(((delegate* unmanaged<nint, int, nint>)_api[Slot.SetIntraOpNumThreads])(options, threads));
        fixed (byte* bytes = model)
            Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)_api[Slot.CreateSessionFromArray])(_environment, bytes, (nuint)model.Length, options, &session));
        ((delegate* unmanaged<nint, void>)_api[Slot.ReleaseSessionOptions])(options);
        return session;
    }

    public void Release(nint session) => ((delegate* unmanaged<nint, void>)_api[Slot.ReleaseSession])(session);

    /// <summary>A tensor over memory of ours.</summary>
    public nint Tensor(float* data, long[] shape)
    {
        const int float32 = 1;
        long bytes = sizeof(float);
        foreach (long size in shape) bytes *= size;
        nint value;
        fixed (long* sizes = shape)
            Check(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)_api[Slot.CreateTensorWithDataAsOrtValue])(_memory, data, (nuint)bytes, sizes, (nuint)shape.Length, float32, &value));
        return value;
    }

    public void Run(nint session, byte** inputNames, nint* inputs, int inputCount, byte** outputNames, nint* outputs) =>
        Check(((delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)_api[Slot.Run])(session, 0, inputNames, inputs, (nuint)inputCount, outputNames, 1, outputs));

    /// <summary>A name as C reads it; it stays.</summary>
    public static byte* Name(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name + "\0");
        byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    private void Check(nint status)
    {
        if (status != 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<nint, byte*>)_api[Slot.GetErrorMessage])(status)));
    }

    /// <summary>Places in the table OrtApi.</summary>
    private static class Slot
    {
        public const int GetErrorMessage = 2, CreateEnv = 3, CreateSessionFromArray = 8, Run = 9, CreateSessionOptions = 10, SetSessionGraphOptimizationLevel = 23,
            SetIntraOpNumThreads = 24, CreateTensorWithDataAsOrtValue = 49, CreateCpuMemoryInfo = 69, ReleaseSession = 95, ReleaseSessionOptions = 100;
    }
}
