namespace Hebb.Cpu;

/// <summary>Chooses the radices of a transform.</summary>
internal static class FftFactors
{
    /// <summary>Up to here the order of the radices costs nothing: a pass is a vector or two.</summary>
    private const int Short = 32;

    /// <summary>
    /// The radices whose product is <paramref name="n"/>, in the order of the passes. An 8 comes first where it divides, since every later
    /// pass then runs over whole vectors; else the large ones do, for the same reason. Short transforms have the order of pocketfft, so that
    /// they round as those of numpy do.
    /// </summary>
    public static int[] Split(int n)
    {
        var factors = new List<int>();
        bool isShort = n <= Short;
        if (n % 8 == 0)
        {
            factors.Add(8);
            n /= 8;
        }

        var odd = new List<int>();
        int rest = n >> int.TrailingZeroCount(n);
        for (int p = 3; p * (long)p <= rest; p += 2)
        {
            for (; rest % p == 0; rest /= p)
            {
                odd.Add(p);
            }
        }

        if (rest > 1)
        {
            odd.Add(rest);
        }

        int twos = int.TrailingZeroCount(n);
        if (isShort)
        {
            factors.AddRange(Enumerable.Repeat(4, twos / 2));
            factors.InsertRange(0, Enumerable.Repeat(2, twos % 2));
            factors.AddRange(odd);
            return [.. factors];
        }

        odd.Reverse();
        factors.AddRange(odd);
        factors.AddRange(Enumerable.Repeat(4, twos / 2));
        factors.AddRange(Enumerable.Repeat(2, twos % 2));
        return [.. factors];
    }

    /// <summary>A rough count of operations of the passes over n points.</summary>
    public static double Cost(int n) => n * (1.0 + Split(n).Sum(r => r switch { 2 => 2, 3 => 3.5, 4 => 3, 5 => 5.5, 8 => 4.5, _ => r + 3.0 }));

    /// <summary>The cheapest length of the form 2^a 3^b 5^c that holds a linear convolution of n points with 2 n - 1.</summary>
    public static int ConvolutionLength(int n)
    {
        long least = 2L * n - 1, most = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)least);
        if (most > 1 << 30)
        {
            throw new ShapeException($"FFT: length {n} has a prime factor too large to transform (at most {1 << 29} for such lengths)");
        }

        int best = (int)most;
        double bestCost = Cost(best);
        for (long five = 1; five <= most; five *= 5)
        {
            for (long three = five; three <= most; three *= 3)
            {
                long length = three;
                while (length < least)
                {
                    length *= 2;
                }

                if (length < most && Cost((int)length) is double cost && cost < bestCost)
                {
                    best = (int)length;
                    bestCost = cost;
                }
            }
        }

        return best;
    }
}
