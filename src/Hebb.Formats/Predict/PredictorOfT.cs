using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A model as a function of ordinary types: encodes what a user has, runs the model in eval mode without recording, decodes what comes out. Any number of
/// threads may call it at once; each gets the bits that a lone call gets. Tensors made on the way are handed back at once. Made by <see cref="Predictor"/>.
/// </summary>
/// <typeparam name="TIn">What a user has.</typeparam>
/// <typeparam name="TOut">What a user wants.</typeparam>
public sealed class Predictor<TIn, TOut>
{
    private readonly Func<TIn, Tensor> _encode;
    private readonly Func<Tensor, TOut> _decode;

    /// <param name="model">A model of one tensor to a tensor, both with a batch as first axis. It is put into eval mode, and must not be trained while predictions run.</param>
    /// <param name="encode">One input, without the batch axis.</param>
    /// <param name="decode">Reads one output, without the batch axis. The tensor must not be used later, unless it is the result itself.</param>
    public Predictor(Module model, Func<TIn, Tensor> encode, Func<Tensor, TOut> decode)
    {
        (Model, _encode, _decode) = (model, encode, decode);
        model.Eval();
        FixedBatch = model is LoadedModel { Schema.Inputs: [{ Sizes: [{ Scale: 0, Offset: > 0 } first, ..] }, ..] } ? first.Offset : null;
    }

    /// <summary>The model.</summary>
    public Module Model { get; }

    /// <summary>What is known of the model beside its weights.</summary>
    public ModelInfo Info => ModelInfo.Of(Model);

    /// <summary>The only batch size that the model takes; smaller batches are filled up. Null where it takes any.</summary>
    public int? FixedBatch { get; }

    /// <summary>The prediction for one input.</summary>
    /// <exception cref="ShapeException">What was encoded does not fit the model.</exception>
    /// <exception cref="DTypeException">What was encoded is of another element type than the model takes.</exception>
    public TOut Predict(TIn input) => Run([input])[0];

    /// <summary>The predictions for several inputs, in one batch.</summary>
    /// <exception cref="ShapeException">What was encoded does not fit the model, or the inputs differ in shape.</exception>
    public TOut[] Predict(IReadOnlyList<TIn> inputs)
    {
        if (FixedBatch is not { } size || inputs.Count <= size)
            return inputs.Count == 0 ? [] : Run(inputs);
        return [.. PredictMany(inputs, size)];
    }

    /// <summary>Predictions for any number of inputs, which are drawn as results are asked for.</summary>
    /// <param name="inputs">Read once, a batch ahead at most.</param>
    /// <param name="batchSize">How many are computed at once.</param>
    public IEnumerable<TOut> PredictMany(IEnumerable<TIn> inputs, int batchSize = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        foreach (var batch in inputs.Chunk(FixedBatch ?? batchSize))
        {
            foreach (var output in Run(batch))
                yield return output;
        }
    }

    private TOut[] Run(IReadOnlyList<TIn> inputs)
    {
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        var rows = new Tensor[FixedBatch ?? inputs.Count];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = i < inputs.Count ? _encode(inputs[i]) : rows[0];
        var outputs = Model.Call(rows.Length == 1 ? rows[0].Unsqueeze(0) : Tensor.Stack(rows));
        if (outputs.Rank == 0 || outputs.Shape[0] != rows.Length)
            throw new ShapeException($"Predict: the model gives {outputs.Spec} for a batch of {rows.Length}; its first axis must be the batch");
        var results = new TOut[inputs.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = _decode(outputs.Select(0, i));
            if (results[i] is Tensor tensor)
                results[i] = (TOut)(object)scope.Keep(tensor.Clone());
        }
        return results;
    }
}
