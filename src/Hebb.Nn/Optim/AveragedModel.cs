using Hebb.Compile;
using Hebb.Optim;

namespace Hebb;

/// <summary>
/// A running average of a model's weights beside it: of all updates alike (stochastic weight averaging, Izmailov et al., 2018) or exponential (Polyak and Juditsky, 1992). An update is one pass
/// over all weights, and may stand in a compiled step.
/// <code>var average = new AveragedModel(model, decay: 0.999);
/// …
/// optimizer.Step();
/// average.Update();
/// …
/// using (average.Swap())
///     Evaluate(model);             // with the averages</code>
/// </summary>
public sealed class AveragedModel
{
    private const string CountEntry = "n_averaged";

    private readonly double? _decay;
    private readonly bool _useBuffers, _warmup;
    private readonly AverageStepOp _op = new();
    private readonly UpdateBatch _batch;
    private readonly OrderedDictionary<string, Tensor> _averages = [];
    private long _count;
    private int _ahead;

    /// <param name="model">The model.</param>
    /// <param name="decay">How much of the average is kept at an update, 0 to below 1; by default it is the mean of all updates.</param>
    /// <param name="useBuffers">Whether running statistics and other buffers of floats are averaged too; see <see cref="UpdateBatchNorm"/> for the alternative.</param>
    /// <param name="warmup">Keeps less at first, (1 + n) / (10 + n) after n updates, until that is more than <paramref name="decay"/>.</param>
    /// <exception cref="HebbException"><paramref name="decay"/> is out of its range.</exception>
    public AveragedModel(Module model, double? decay = null, bool useBuffers = false, bool warmup = false)
    {
        if (decay is not (null or (>= 0 and < 1)))
            throw new HebbException($"AveragedModel: decay {decay} is not from 0 to below 1");
        (Model, _decay, _useBuffers, _warmup) = (model, decay, useBuffers, warmup);
        _batch = _op.NewUpdates();
    }

    /// <summary>The model.</summary>
    public Module Model { get; }

    /// <summary>How many updates there were.</summary>
    public long Count => _count;

    /// <summary>The averages, under the names of the state dict; Float32 for weights of 16 bits. Empty before the first update.</summary>
    public IReadOnlyDictionary<string, Tensor> Averages => _averages;

    /// <summary>Takes up the model's weights as they now are. The first update copies them.</summary>
    /// <exception cref="HebbException">A lazy parameter has no values yet.</exception>
    public void Update()
    {
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        var trace = TraceInterpreter.Compiling;
        var current = Current();
        if (_averages.Count == 0)
        {
            if (trace is not null)
                throw new TraceException("Trace: the averaged model has no averages yet: update once before") { IsPassing = true };
            using var suspended = TensorScope.Suspend();
            foreach (var (name, value) in current)
                _averages.Add(name, value.DType.IsHalf ? value.To(DType.Float32) : value.Detach().Clone());
            _count++;
            return;
        }
        Tensor numbers;
        double share = 0;
        if (trace is not null)
        {
            if (_ahead++ == 0)
                trace.Undo(() => _ahead = 0);
            int ahead = _ahead - 1;
            numbers = trace.Host(new TensorSpec([_op.Numbers], DType.Float64), into => Write(into.Elements<double>(), Share(_count + ahead)));
            trace.AfterReplay(() => _count++);
        }
        else
        {
            share = Share(_count++);
            numbers = Tensor.From([share, 0, 0]);
        }
        foreach (var (name, value) in current)
        {
            var average = _averages[name];
            var source = value.DType == average.DType ? value.Detach() : value.Detach().To(average.DType);
            bool batched = trace is null && average.DType == DType.Float32 && source.IsContiguous && source.Shape == average.Shape && _batch.TryAdd(_op, [share, 0, 0], average, source, null, null, null);
            if (batched)
                continue;
            if (average.DType.IsFloat)
                InPlace.Run(_op, [average, source, numbers], [average]);
            else
                average.CopyFrom(source);
        }
        _batch.Run();
    }

    /// <summary>Lets the model hold the averages until the result is disposed, then its own weights again.</summary>
    /// <exception cref="HebbException">There was no update.</exception>
    public IDisposable Swap()
    {
        CheckUpdated();
        var own = Current().ToDictionary(c => c.Name, c => TensorScope.Escape(c.Value.Detach().Clone()));
        CopyTo(Model);
        return new Swapped(this, own);
    }

    /// <summary>Copies the averages into a model of the same kind, for good.</summary>
    /// <exception cref="HebbException">There was no update.</exception>
    /// <exception cref="CheckpointException">The model has other parameters.</exception>
    public void CopyTo(Module model)
    {
        CheckUpdated();
        Load(model, _averages);
    }

    /// <summary>
    /// Computes the running statistics of all batch normalisations anew, as the means over these batches: averaged weights have other activations than those that the statistics were gathered
    /// from. Run it while the model holds the averages.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">What it is called on, batch by batch.</param>
    public static void UpdateBatchNorm(Module model, IEnumerable<Tensor> inputs)
    {
        BatchNorm[] norms = [.. model.NamedModules().Select(m => m.Module).OfType<BatchNorm>().Where(n => n.RunningMean is not null).Distinct()];
        if (norms.Length == 0)
            return;
        double?[] momenta = Array.ConvertAll(norms, n => n.Momentum);
        (Module Module, bool Training)[] modes = [.. model.NamedModules().Select(m => (m.Module, m.Module.Training))];
        using var noGrad = GradMode.NoGrad();
        try
        {
            model.Train();
            foreach (var norm in norms)
            {
                norm.RunningMean!.Fill(0);
                norm.RunningVar!.Fill(1);
                norm.NumBatchesTracked!.Fill(0);
                norm.Momentum = null;
            }
            foreach (var input in inputs)
            {
                using var scope = TensorScope.Open();
                model.Call(input);
            }
        }
        finally
        {
            for (int i = 0; i < norms.Length; i++)
                norms[i].Momentum = momenta[i];
            // From the root down: a module's mode is that of what is inside it, until that is set.
            foreach (var (module, training) in modes)
                module.Train(training);
        }
    }

    /// <summary>All that is remembered, for a checkpoint.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { [CountEntry] = Tensor.Scalar(_count, DType.Int64) };
        foreach (var (name, average) in _averages)
            state.Add("averages/" + name, average);
        return state;
    }

    /// <summary>Goes on from what <see cref="State"/> gave.</summary>
    /// <exception cref="CheckpointException">It is the state of another model.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!state.TryGetValue(CountEntry, out var count))
            throw new CheckpointException($"the state of AveragedModel has no {CountEntry}");
        var loaded = state.Where(t => t.Key.StartsWith("averages/", StringComparison.Ordinal)).ToDictionary(t => t.Key["averages/".Length..], t => t.Value);
        var known = Current().ToDictionary(c => c.Name, c => c.Value.Shape);
        string? wrong = loaded.Count == 0 ? null : known.Keys.Union(loaded.Keys).FirstOrDefault(n => !loaded.TryGetValue(n, out var t) || !known.TryGetValue(n, out var shape) || shape != t.Shape);
        if (wrong is not null)
            throw new CheckpointException($"the state does not fit the model of this AveragedModel: {wrong} is {(loaded.TryGetValue(wrong, out var t) ? t.Shape.ToString() : "missing")}");
        _averages.Clear();
        foreach (string name in known.Keys.Where(loaded.ContainsKey))
            _averages.Add(name, TensorScope.Escape(loaded[name].Clone()));
        _count = (long)count.Item();
    }

    private void Write(Span<double> numbers, double share) => (numbers[0], numbers[1], numbers[2]) = (share, 0, 0);

    /// <summary>How much of the model goes into the average after so many updates.</summary>
    private double Share(long done) => _decay is not { } decay ? 1.0 / (done + 1) : 1 - (_warmup ? Math.Min(decay, (1.0 + done) / (10 + done)) : decay);

    private void CheckUpdated()
    {
        if (_averages.Count == 0)
            throw new HebbException("AveragedModel: there are no averages before the first Update()");
    }

    private IEnumerable<(string Name, Tensor Value)> Current()
    {
        var parameters = Model.NamedParameters().Select(p => (p.Name, p.Parameter.Value));
        return _useBuffers ? parameters.Concat(Model.NamedBuffers()) : parameters;
    }

    private static void Load(Module model, IReadOnlyDictionary<string, Tensor> values)
    {
        using var noGrad = GradMode.NoGrad();
        var state = model.StateDict();
        foreach (var (name, value) in values)
        {
            if (!state.TryGetValue(name, out var target) || target.Shape != value.Shape)
                throw new CheckpointException($"AveragedModel: the model has no {name} of {value.Shape}");
            target.CopyFrom(value);
        }
    }

    private sealed class Swapped(AveragedModel average, IReadOnlyDictionary<string, Tensor> own) : IDisposable
    {
        private bool _done;

        public void Dispose()
        {
            if (!_done)
                Load(average.Model, own);
            _done = true;
        }
    }
}
