namespace Hebb.Data;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011):
/// four random words as a function of a 64-bit key and a 128-bit counter.
/// </summary>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57, WeylA = 0x9E3779B9, WeylB = 0xBB67AE85;

    public static (uint X, uint Y, uint Z, uint W) Block(ulong key, uint x, uint y, uint z, uint w)
    {
        uint keyA = (uint)key, keyB = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong a = (ulong)MultiplierA * x, b = (ulong)MultiplierB * z;
            (x, y, z, w) = ((uint)(b >> 32) ^ y ^ keyA, (uint)b, (uint)(a >> 32) ^ w ^ keyB, (uint)a);
            keyA += WeylA;
            keyB += WeylB;
        }
        return (x, y, z, w);
    }
}
