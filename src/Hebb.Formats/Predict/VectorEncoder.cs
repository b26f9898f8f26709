namespace Hebb;

/// <summary>Makes inputs of a loaded model from rows of numbers.</summary>
internal sealed class VectorEncoder
{
    private readonly ModelTensor _input;
    private readonly Shape _shape;

    /// <exception cref="DataException">The model takes something other than one tensor of floats.</exception>
    public VectorEncoder(LoadedModel model)
    {
        if (model.Schema.Inputs is not [var input] || !input.DType.IsFloat || input.Sizes.Count == 0)
            throw new DataException($"the model takes {string.Join(", ", model.Schema.Inputs)}, not one batch of floats; use Predictor.Open with an encoder");
        _input = input;
        _shape = input.ShapeAt(1)[1..];
    }

    public Tensor Encode(float[] values) => values.Length == _shape.Count
        ? Tensor.From(values, _shape).To(_input.DType)
        : throw new ShapeException($"{_input.Name} is {values.Length} numbers, the model takes {_shape.Count}: {_input.Describe()}");
}
