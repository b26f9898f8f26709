using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>The library itself, in the peer's process. Its descriptors are filled by its own functions, so they are plain bytes here.</summary>
internal sealed unsafe class OneDnn : INativePeer
{
    private readonly nint _library, _engine, _stream;
    private readonly delegate* unmanaged<nint, nint, int, Argument*, int> _execute;
    private readonly delegate* unmanaged<nint, int> _wait;

    public OneDnn()
    {
        _library = Load();
        if (_library == 0) throw new DllNotFoundException("no oneDNN 2.x");
        nint engine, stream;
        Check(((delegate* unmanaged<nint*, int, nuint, int>)Function("dnnl_engine_create"))(&engine, 1, 0));
        Check(((delegate* unmanaged<nint*, nint, uint, int>)Function("dnnl_stream_create"))(&stream, engine, 1));
        (_engine, _stream) = (engine, stream);
        _execute = (delegate* unmanaged<nint, nint, int, Argument*, int>)Function("dnnl_primitive_execute");
        _wait = (delegate* unmanaged<nint, int>)Function("dnnl_stream_wait");
    }

    public string Version
    {
        get
        {
            int* version = ((delegate* unmanaged<int*>)Function("dnnl_version"))();
            return $"oneDNN {version[0]}.{version[1]}.{version[2]}";
        }
    }

    /// <summary>0 if there is none.</summary>
    public static nint Load() => NativeLibrary.TryLoad("libdnnl.so.2", out nint library) || NativeLibrary.TryLoad("libmkldnn.so.2", out library) ? library : 0;

    public INativeProblem Prepare(Problem problem, int threads)
    {
        if (problem.Op != "gemm") throw new NotSupportedException($"{problem.Op} is not asked of oneDNN");
        // The count is the OpenMP runtime's, set in the environment that this process began with.
        int m = problem["m"], n = problem["n"], k = problem["k"];
        var type = (NumberType)problem["type"];
        if (type == NumberType.Float64) throw new NotSupportedException("oneDNN has no products of doubles");
        if (type != NumberType.Float32) return new OneDnnProduct(this, m, n, k, problem["packed"] != 0, innerProduct: false, type);
        return problem["packed"] != 0
            ? Fastest(new OneDnnProduct(this, m, n, k, packed: true, innerProduct: false), new OneDnnProduct(this, m, n, k, packed: true, innerProduct: true))
            : Fastest(new OneDnnSgemm(this, m, n, k), new OneDnnProduct(this, m, n, k, packed: false, innerProduct: false));
    }

    public nint Function(string name) => NativeLibrary.GetExport(_library, name);

    public static void Check(int status)
    {
        if (status != 0) throw new InvalidOperationException($"oneDNN answers with status {status}");
    }

    public const int BFloat16 = 2, Float32 = 3, Int32 = 4, Int8 = 5, UInt8 = 6;

    /// <summary>A descriptor of numbers [rows, columns] with these strides; without strides, in whatever layout the library likes best.</summary>
    public byte* Descriptor(long rows, long columns, (long Row, long Column)? strides, int type = Float32)
    {
        const int any = 1;
        byte* descriptor = Blank();
        long* sizes = stackalloc long[2] { rows, columns };
        if (strides is { } s)
        {
            long* steps = stackalloc long[2] { s.Row, s.Column };
            Check(((delegate* unmanaged<byte*, int, long*, int, long*, int>)Function("dnnl_memory_desc_init_by_strides"))(descriptor, 2, sizes, type, steps));
        }
        else
        {
            Check(((delegate* unmanaged<byte*, int, long*, int, int, int>)Function("dnnl_memory_desc_init_by_tag"))(descriptor, 2, sizes, type, any));
        }
        return descriptor;
    }

    /// <summary>More than any of the library's structures needs.</summary>
    public static byte* Blank() => (byte*)NativeMemory.AllocZeroed(16384);

    public nint Memory(byte* descriptor, void* data)
    {
        nint memory;
        Check(((delegate* unmanaged<nint*, byte*, nint, void*, int>)Function("dnnl_memory_create"))(&memory, descriptor, _engine, data));
        return memory;
    }

    public nint PrimitiveDescriptor(byte* operation)
    {
        nint result;
        Check(((delegate* unmanaged<nint*, byte*, nint, nint, nint, int>)Function("dnnl_primitive_desc_create"))(&result, operation, 0, _engine, 0));
        return result;
    }

    public nint Primitive(nint descriptor)
    {
        nint result;
        Check(((delegate* unmanaged<nint*, nint, int>)Function("dnnl_primitive_create"))(&result, descriptor));
        return result;
    }

    /// <summary>The layout that a primitive wants its weights in.</summary>
    public byte* WeightsOf(nint descriptor)
    {
        const int weights = 131;
        return ((delegate* unmanaged<nint, int, int, byte*>)Function("dnnl_primitive_desc_query_md"))(descriptor, weights, 0);
    }

    /// <summary>The same numbers in another layout.</summary>
    public nint Reordered(byte* from, nint memory, byte* to)
    {
        nuint bytes = ((delegate* unmanaged<byte*, nuint>)Function("dnnl_memory_desc_get_size"))(to);
        nint target = Memory(to, NativeMemory.AlignedAlloc(bytes, 4096)), descriptor;
        Check(((delegate* unmanaged<nint*, byte*, nint, byte*, nint, nint, int>)Function("dnnl_reorder_primitive_desc_create"))(&descriptor, from, _engine, to, _engine, 0));
        Execute(Primitive(descriptor), [new Argument(1, memory), new Argument(17, target)]);
        return target;
    }

    public void Execute(nint primitive, ReadOnlySpan<Argument> arguments)
    {
        fixed (Argument* first = arguments)
        {
            Check(_execute(primitive, _stream, arguments.Length, first));
            Check(_wait(_stream));
        }
    }

    /// <summary>The faster of two ways, by the best of a few turns.</summary>
    private static INativeProblem Fastest(INativeProblem a, INativeProblem b)
    {
        double bestA = double.MaxValue, bestB = double.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < 50 && (turn < 3 || Stopwatch.GetElapsedTime(begun).TotalSeconds < 0.4); turn++)
        {
            bestA = Math.Min(bestA, Once(a));
            bestB = Math.Min(bestB, Once(b));
        }
        return bestA <= bestB ? a : b;

        static double Once(INativeProblem problem)
        {
            problem.Call();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 3; i++) problem.Call();
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        }
    }

    /// <summary>dnnl_exec_arg_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Argument(int index, nint memory)
    {
        public readonly int Index = index;
        public readonly nint Memory = memory;
    }
}
