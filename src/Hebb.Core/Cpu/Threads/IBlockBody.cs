namespace Hebb.Cpu;

/// <summary>Work that is cut into numbered blocks; a struct, so that the JIT specialises the loop around it and nothing is allocated.</summary>
public interface IBlockBody
{
    /// <summary>Does block <paramref name="block"/>. Blocks run at the same time on several threads and share this one struct: do not write its fields.</summary>
    void Invoke(long block);
}

/// <summary>Work over a range of indices that is cut into pieces of a fixed length.</summary>
public interface IRangeBody
{
    /// <summary>Does the indices from <paramref name="begin"/> up to, not including, <paramref name="end"/>.</summary>
    void Invoke(long begin, long end);
}
