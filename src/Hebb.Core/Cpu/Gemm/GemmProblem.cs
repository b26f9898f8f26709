namespace Hebb.Cpu;

/// <summary>
/// C[M,N] = A[M,K] B[K,N], plus what stands in C if <see cref="Accumulate"/>, plus <see cref="Bias"/>[N] in every row if it is not null;
/// <see cref="Batch"/> times over. All strides count elements. A and B may have any strides (0 and negative ones too), so transposes need no
/// copy; a row of C is contiguous. C must not overlap A, B, the bias or what the epilogue reads.
/// </summary>
unsafe struct GemmProblem<T>
    where T : unmanaged
{
    public GemmProblem()
    {
        Batch = 1;
        Epilogue = new Epilogue<T>();
    }

    public long M, N, K;
    public T* A;
    public long ARow, ACol;
    public T* B;
    public long BRow, BCol;
    public T* C;
    public long CRow;
    public T* Bias;
    public bool Accumulate;

    /// <summary>What becomes of each sum; products of float and double only.</summary>
    public Epilogue<T> Epilogue;

    /// <summary>Where sums begin: a bias is added after scales if there are any.</summary>
    public readonly T* StartBias => Epilogue.Scales ? null : Bias;

    /// <summary>The epilogue with what <see cref="StartBias"/> leaves to it.</summary>
    public readonly Epilogue<T> Finish => Epilogue.With(Epilogue.Scales ? Bias : null);

    /// <summary>B runs along its rows, so that one row of A reads it down its columns, which a copy in panels speeds up; along its columns it is read as fast where it stands.</summary>
    public readonly bool IsReadDown => BCol == 1 && BRow != 1;

    /// <summary>How many such products. 1 unless set.</summary>
    public long Batch;

    /// <summary>From one product of the batch to the next. 0 shares A or B.</summary>
    public long ABatch, BBatch, CBatch;

    /// <summary>Row-major and packed: A[m,k] (or A[k,m] read transposed) by B[k,n] (or B[n,k] read transposed) into C[m,n].</summary>
    public static GemmProblem<T> Dense(long m, long n, long k, T* a, T* b, T* c, bool transposeA = false, bool transposeB = false) => new()
    {
        M = m,
        N = n,
        K = k,
        A = a,
        ARow = transposeA ? 1 : k,
        ACol = transposeA ? m : 1,
        B = b,
        BRow = transposeB ? 1 : n,
        BCol = transposeB ? k : 1,
        C = c,
        CRow = n,
    };
}
