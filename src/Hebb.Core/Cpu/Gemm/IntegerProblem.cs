namespace Hebb.Cpu;

/// <summary>
/// C[M,N] = sum over k of (A[m,k] - zA[m]) (B[k,n] - zB[n]) for 8-bit integers, signed or not, as 32-bit integers. Sums wrap at 32 bits, so the result is
/// exact whenever it fits. Strides count elements; a row of C is contiguous.
/// </summary>
unsafe struct IntegerProblem
{
    public long M, N, K;
    public byte* A;
    public long ARow, ACol;
    public bool ASigned;
    public byte* B;
    public long BRow, BCol;
    public bool BSigned;
    public int* C;
    public long CRow;

    /// <summary>The zero of all rows, or that of each if <see cref="AZeros"/> is not null.</summary>
    public int AZero;
    public int* AZeros;

    /// <summary>The zero of all columns, or that of each if <see cref="BZeros"/> is not null.</summary>
    public int BZero;
    public int* BZeros;
}
