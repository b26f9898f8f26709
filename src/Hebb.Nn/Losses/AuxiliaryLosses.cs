namespace Hebb;

/// <summary>
/// Losses that layers deep in a model add to that of the training step, such as the balance of a <see cref="MixtureOfExperts"/>. They are gathered on this thread while a scope is open, the
/// innermost one only; without a scope they go nowhere.
/// <code>using var extra = AuxiliaryLosses.Open();
/// var loss = Losses.CrossEntropy(model.Call(x), y) + 0.01 * extra.Total;</code>
/// </summary>
public static class AuxiliaryLosses
{
    [ThreadStatic]
    private static Scope? s_open;

    /// <summary>Gathers what layers add until disposed.</summary>
    public static Scope Open() => s_open = new Scope(s_open);

    /// <summary>For layers: adds a loss to the scope that is open, if one is.</summary>
    /// <param name="loss">A scalar.</param>
    public static void Add(Tensor loss) => s_open?.Add(loss);

    /// <summary>What layers added.</summary>
    public sealed class Scope : IDisposable
    {
        private readonly Scope? _outer;
        private readonly List<Tensor> _losses = [];

        internal Scope(Scope? outer) => _outer = outer;

        /// <summary>The losses, in the order in which they came.</summary>
        public IReadOnlyList<Tensor> All => _losses;

        /// <summary>Their sum; 0 where there are none.</summary>
        public Tensor Total => _losses.Count == 0 ? Tensor.Scalar(0) : _losses.Aggregate((a, b) => a + b);

        internal void Add(Tensor loss) => _losses.Add(loss);

        public void Dispose()
        {
            if (s_open == this)
                s_open = _outer;
        }
    }
}
