using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu;

/// <summary>
/// What a core keeps near. Only how work is cut into pieces follows from it, never the order of a sum: results are the same bits on every machine
/// of one instruction set.
/// </summary>
static class Caches
{
    const long Usual = 1L << 20, Least = 128L << 10, Most = 8L << 20;

    /// <summary>Bytes of a core's second-level cache; 1 MiB where the processor does not tell.</summary>
    public static readonly long L2 = Detect();

    static long Detect()
    {
        long found = 0;
        if (X86Base.IsSupported)
        {
            // Both makers describe one cache a sub-leaf in the same form, under leaves of their own.
            (int highest, _, int maker, _) = X86Base.CpuId(0, 0);
            int highestExtended = X86Base.CpuId(unchecked((int)0x80000000), 0).Eax;
            const int AuthenticAmdEcx = 0x444D4163, HygonEcx = 0x656E6975;
            bool amd = maker is AuthenticAmdEcx or HygonEcx;
            if (amd ? (uint)highestExtended >= 0x8000001D : highest >= 4)
                found = Level2(amd ? unchecked((int)0x8000001D) : 4);
        }
        return found is >= Least and <= Most ? found : Usual;
    }

    static long Level2(int leaf)
    {
        const int None = 0, Instructions = 2;
        for (int i = 0; i < 16; i++)
        {
            (int kind, int shape, int sets, _) = X86Base.CpuId(leaf, i);
            int type = kind & 31, level = (kind >> 5) & 7;
            if (type == None)
                break;
            if (level != 2 || type == Instructions)
                continue;
            long ways = ((shape >> 22) & 0x3FF) + 1, partitions = ((shape >> 12) & 0x3FF) + 1, line = (shape & 0xFFF) + 1;
            return ways * partitions * line * (sets + 1L);
        }
        return 0;
    }
}
