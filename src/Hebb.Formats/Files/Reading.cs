using System.Text.Json;

namespace Hebb.Files;

/// <summary>What all readers share: any bytes give a result or one <see cref="FormatException"/> that names the file.</summary>
internal static class Reading
{
    /// <summary>Runs a reader. What it makes outlives whatever scope is open.</summary>
    /// <param name="name">What errors call the file.</param>
    /// <param name="read">The reader.</param>
    /// <exception cref="FormatException">The reader refused the bytes, or met something that it did not expect.</exception>
    /// <exception cref="DataException">The reader misses another file.</exception>
    public static T Guard<T>(string name, Func<T> read)
    {
        try
        {
            using var suspended = TensorScope.Suspend();
            return read();
        }
        catch (DataException)
        {
            throw;
        }
        catch (FormatException e) when (e.Message.StartsWith(name + ":", StringComparison.Ordinal))
        {
            throw;
        }
        catch (HebbException e)
        {
            throw new FormatException($"{name}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or InvalidOperationException or ArgumentException or OverflowException
            or IndexOutOfRangeException or NotSupportedException or System.FormatException or KeyNotFoundException)
        {
            throw new FormatException($"{name}: is damaged: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>A shape from sizes as files give them.</summary>
    /// <exception cref="FormatException">A size is negative or past 2^31, there are too many, or together they are more than 2^59 elements.</exception>
    public static Shape Shape(ReadOnlySpan<long> sizes, string what)
    {
        if (sizes.Length > Hebb.Shape.MaxRank)
            throw new FormatException($"{what} has {sizes.Length} dimensions; at most {Hebb.Shape.MaxRank} are allowed");
        var dims = new int[sizes.Length];
        Int128 count = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (sizes[i] is < 0 or > int.MaxValue)
                throw new FormatException($"{what} has a dimension of {sizes[i]}");
            dims[i] = (int)sizes[i];
            // Sizes before one of 0 must not overflow either.
            count *= Math.Max(1, sizes[i]);
            if (count > 1L << 59)
                throw new FormatException($"{what} has too many elements: [{string.Join(", ", sizes.ToArray())}]");
        }
        return dims;
    }
}
