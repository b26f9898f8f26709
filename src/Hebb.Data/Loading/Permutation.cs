namespace Hebb.Data;

/// <summary>Random orders that depend on their keys alone.</summary>
internal static class Permutation
{
    /// <summary>0 to count - 1 in an order chosen by (seed, domain, epoch, which), every one equally likely (Fisher and Yates).</summary>
    public static int[] Of(int count, long seed, RandomDomain domain, int epoch, int which = 0)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        var random = new SampleRandom(seed, domain, epoch, which);
        for (int i = count - 1; i > 0; i--)
        {
            int j = random.Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
