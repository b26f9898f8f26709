namespace Hebb;

/// <summary>
/// A sum without any rounding until it is read, so that neither order nor grouping changes a bit: kept as doubles that do not overlap (Shewchuk, "Adaptive precision
/// floating-point arithmetic and fast robust geometric predicates", 1997), rarely more than three.
/// </summary>
internal sealed class ExactSum : Gathered
{
    // By growing magnitude; their exact sum is the sum.
    private double[] _parts = new double[4];
    private int _count;

    // Infinities and NaN, which have no exact sum.
    private double _notFinite;

    /// <summary>The sum, rounded once to the nearest double.</summary>
    public double Value
    {
        get
        {
            if (_notFinite != 0)
                return _notFinite;
            if (_count == 0)
                return 0;
            int i = _count - 1;
            double high = _parts[i], low = 0;
            while (i > 0 && low == 0)
            {
                double x = high, y = _parts[--i];
                high = x + y;
                low = y - (high - x);
            }
            // Half-way cases are decided by what lies below.
            if (i > 0 && ((low < 0 && _parts[i - 1] < 0) || (low > 0 && _parts[i - 1] > 0)))
            {
                double twice = low * 2, x = high + twice;
                if (x - high == twice)
                    high = x;
            }
            return high;
        }
    }

    /// <summary>The sum to 106 bits.</summary>
    public DoubleDouble Wide
    {
        get
        {
            double high = Value;
            if (!double.IsFinite(high))
                return new(high, 0);
            var rest = new ExactSum();
            rest.Merge(this);
            rest.Add(-high);
            return new(high, rest.Value);
        }
    }

    public void Add(double x)
    {
        if (!double.IsFinite(x))
        {
            _notFinite += x;
            return;
        }
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            double y = _parts[i];
            if (Math.Abs(x) < Math.Abs(y))
                (x, y) = (y, x);
            double high = x + y, low = y - (high - x);
            if (low != 0)
                _parts[kept++] = low;
            x = high;
        }
        if (!double.IsFinite(x))
        {
            (_notFinite, _count) = (x, 0);
            return;
        }
        if (kept == _parts.Length)
            Array.Resize(ref _parts, 2 * kept);
        _parts[kept] = x;
        _count = kept + 1;
    }

    /// <summary>Adds a product with its rounding error.</summary>
    public void AddProduct(double a, double b)
    {
        double product = a * b;
        Add(product);
        if (double.IsFinite(product))
            Add(Math.FusedMultiplyAdd(a, b, -product));
    }

    public ReadOnlySpan<double> Terms => _notFinite != 0 ? new double[] { _notFinite } : _parts.AsSpan(0, _count);

    public override Tensor Save() => Tensor.From<double>(Terms);

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name)
    {
        double[] terms = state.Array<double>(metric, name);
        Clear();
        foreach (double term in terms)
            Add(term);
    }

    public override void Merge(Gathered other)
    {
        // A copy: merging with itself must not run after its own growth.
        foreach (double term in ((ExactSum)other).Terms.ToArray())
            Add(term);
    }

    private void Clear() => (_count, _notFinite) = (0, 0);
}

/// <summary>Exact sums, one a column or bin.</summary>
internal sealed class ExactSums : Gathered
{
    private ExactSum[] _sums = [];

    public int Length => _sums.Length;

    public ExactSum this[int index] => _sums[index];

    /// <summary>Makes room for a number of them.</summary>
    /// <exception cref="ShapeException">Earlier batches had another number.</exception>
    public void Fit(int length, string metric, string what)
    {
        if (_sums.Length == 0)
            _sums = Make(length);
        else if (_sums.Length != length)
            throw new ShapeException($"{metric}: {length} {what}, earlier batches had {_sums.Length}");
    }

    /// <summary>[sums, terms], filled up with zeros.</summary>
    public override Tensor Save()
    {
        int width = _sums.Length == 0 ? 0 : _sums.Max(s => s.Terms.Length);
        var all = new double[_sums.Length * width];
        for (int i = 0; i < _sums.Length; i++)
            _sums[i].Terms.CopyTo(all.AsSpan(i * width));
        return Tensor.From<double>(all, [_sums.Length, width]);
    }

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name)
    {
        double[] all = state.Array<double>(metric, name);
        if (state[name].Rank != 2)
            throw new CheckpointException($"the state of {metric}: '{name}' is {state[name].Shape}, not [sums, terms]");
        var (length, width) = (state[name].Shape[0], state[name].Shape[1]);
        _sums = Make(length);
        for (int i = 0; i < all.Length; i++)
            _sums[i / width].Add(all[i]);
    }

    public override void Merge(Gathered other)
    {
        var others = ((ExactSums)other)._sums;
        if (others.Length == 0)
            return;
        Fit(others.Length, "Merge", "columns or bins");
        for (int i = 0; i < others.Length; i++)
            _sums[i].Merge(others[i]);
    }

    private static ExactSum[] Make(int length)
    {
        var sums = new ExactSum[length];
        for (int i = 0; i < length; i++)
            sums[i] = new();
        return sums;
    }
}
