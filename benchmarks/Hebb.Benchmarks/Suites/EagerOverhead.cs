using System.Numerics.Tensors;
using Hebb.Memory;

namespace Hebb.Benchmarks;

/// <summary>What an eager add of 1,000 floats costs beyond the loop that adds them.</summary>
internal static class EagerOverhead
{
    private const int Count = 1000;

    public static void Run()
    {
        Hebb.Tensor a = Hebb.Tensor.Arange(Count).To(DType.Float32), b = a + 1, leaf = a.Clone();
        leaf.RequiresGrad = true;
        float[] x = a.ToArray<float>(), y = b.ToArray<float>(), z = new float[Count];

        void Bare(int calls)
        {
            for (int i = 0; i < calls; i++)
                TensorPrimitives.Add(x, y, z);
        }

        void Scoped(int calls)
        {
            for (int i = 0; i < calls;)
            {
                using var scope = TensorScope.Open();
                for (int end = Math.Min(calls, i + 100); i < end; i++)
                    _ = a + b;
            }
        }

        void Recorded(int calls)
        {
            for (int i = 0; i < calls;)
            {
                using var scope = TensorScope.Open();
                for (int end = Math.Min(calls, i + 100); i < end; i++)
                    _ = leaf + b;
            }
        }

        void Undisposed(int calls)
        {
            for (int i = 0; i < calls; i++)
                _ = a + b;
        }

        (string Name, Action<int> Way, double? Limit)[] ways =
        [
            ("bare loop (TensorPrimitives.Add)", Bare, null),
            ("a + b in a TensorScope", Scoped, 200),
            ("a + b in a TensorScope, recorded for gradients", Recorded, 450),
            ("a + b, never disposed", Undisposed, null),
        ];
        var times = EagerPaired.Nanoseconds(401, [.. ways.Select(w => w.Way)]);
        Console.WriteLine($"{"1,000-element float32 add",-50} {"ns",8} {"over bare",10} {"limit",8} {"bytes",7}");
        for (int w = 0; w < ways.Length; w++)
        {
            string limit = w == 3 ? "1000 all" : ways[w].Limit is { } most ? $"+{most}" : "";
            Console.WriteLine($"{ways[w].Name,-50} {times[w],8:F0} {times[w] - times[0],10:+0;-0} {limit,8} {Garbage(ways[w].Way),7:F0}");
        }
        Allocator.Trim();
        Allocator.ResetPeak();
        long before = Allocator.PeakBytes;
        Undisposed(2_000_000);
        Console.WriteLine($"2,000,000 adds, never disposed: native memory peaks {(Allocator.PeakBytes - before) / 1048576.0:F1} MiB above the start");
        GC.KeepAlive(z);
    }

    /// <summary>Managed bytes a call.</summary>
    private static double Garbage(Action<int> way)
    {
        const int calls = 20_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        way(calls);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls;
    }
}
