using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// How one product is computed: which operand stands on the left of the tiles (its elements are broadcast) and which on the right (it is
/// read in vectors), and which are copied into tile order first. It follows from shapes and strides alone.
/// </summary>
unsafe struct GemmPlan<T>
    where T : unmanaged
{
    static readonly long InPlaceBytes = Math.Min(3 << 20, Caches.L2 * 3 / 2);    // of a right side whose rows lie apart

    const long NearSteps = 512;            // of a tile of 14 rows: 28 KiB
    const long WorthPacking = 1L << 22;    // multiply-adds from which a pass of its own is worth its while

    /// <summary>Left rows, right lanes, steps.</summary>
    public long Rows, Lanes, K;
    public T* Left;
    public long LeftRow, LeftStep;
    public T* Right;
    public long RightStep, RightLane;

    /// <summary>C is written transposed: the left side is B, so its rows are columns of C.</summary>
    public bool Swapped;
    public bool PackRight, PackLeft;

    public T* C;
    public long CRow;
    public T* Bias;
    public bool Add;
    public Epilogue<T> Finish;
    public bool Finishes;

    public static GemmPlan<T> For<V>(in GemmProblem<T> p, bool packedRight = false)
        where V : unmanaged, ISimd<V, T>
    {
        int tallest = TileRows.Max<T, V>();
        var straight = new GemmPlan<T>
        {
            Rows = p.M,
            Lanes = p.N,
            K = p.K,
            Left = p.A,
            LeftRow = p.ARow,
            LeftStep = p.ACol,
            Right = p.B,
            RightStep = p.BRow,
            RightLane = p.BCol,
            C = p.C,
            CRow = p.CRow,
            Bias = p.StartBias,
            Add = p.Accumulate,
            Finish = p.Epilogue.IsNone ? default : p.Finish,
            Finishes = !p.Epilogue.IsNone,
        };
        if (packedRight)
        {
            straight.PackRight = true;
            return straight;
        }
        GemmPlan<T> turned = straight with
        {
            Rows = p.N,
            Lanes = p.M,
            Left = p.B,
            LeftRow = p.BCol,
            LeftStep = p.BRow,
            Right = p.A,
            RightStep = p.ACol,
            RightLane = p.ARow,
            Swapped = true,
        };
        GemmPlan<T> best = straight.Cost(V.Count, tallest) <= turned.Cost(V.Count, tallest) ? straight : turned;

        // Micro-kernels read both sides where they stand without loss, if the right one runs along its lanes, until that outgrows the caches or
        // their rows lie so that they push each other out.
        bool large = best.Lanes * best.K * sizeof(T) > InPlaceBytes, many = best.Rows > TiledGemm.MostPackedRows * tallest;
        // What lies 1 KiB or more apart shares few places of the first cache, so that every tile has it from the second again. One of 1 MiB gives vectors of 64 bytes in time while the left tile
        // stays in the first; a small one is better read in order whatever the distance, where the copy costs little.
        bool slow = best.RightStep * sizeof(T) % (TiledGemm.PanelsStay ? 1024 : 1) == 0 && (V.Count * sizeof(T) < 64 || best.K > NearSteps);
        bool crowded = slow && best.Rows >= 16 * V.Count && best.Rows * best.Lanes * best.K >= WorthPacking;
        best.PackRight = best.RightMustPack || many && (large || crowded || best.RightStep * sizeof(T) % 4096 == 0);
        best.PackLeft = best.LeftIsFar(V.Count) || best.LeftStep == 1 && best.Lanes >= 16 * V.Count && many && best.LeftRow * sizeof(T) % 4096 == 0;
        return best;
    }

    readonly bool RightMustPack => RightLane != 1;

    readonly bool LeftIsFar(int width) => LeftStep != 1 && LeftStep * sizeof(T) > 256 && Lanes >= 8 * width;

    // In cycles, at two multiply-adds each. What copying costs was measured roughly; it need not be exact.
    readonly double Cost(int width, int tallest)
    {
        double vectors = Math.Ceiling((double)Lanes / width);
        double chains = Math.Min(Rows, tallest) * Math.Min(vectors, 2);
        double cost = Rows * vectors * K / 2 * Math.Max(1, 8 / chains);
        if (RightMustPack)
            cost += (RightStep == 1 ? 0.5 : 2) * Lanes * K;
        else if (Rows > TiledGemm.MostPackedRows * tallest)
            cost += 0.25 * Lanes * K;
        if (LeftIsFar(width))
            cost += 0.25 * Rows * K;
        if (Swapped)
            cost += 0.2 * Rows * Lanes;
        return cost;
    }
}
