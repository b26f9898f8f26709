using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>
    /// Sums of products in Einstein's notation: <c>Einsum("bij,bjk->bik", x, y)</c> multiplies elements whose letters agree and sums over
    /// the letters that the result does not have. A letter twice in one operand takes the diagonal; <c>...</c> stands for further axes,
    /// which broadcast, as do axes of size 1. Without <c>-></c> the result has the axes of <c>...</c> and then, in alphabetical order, the
    /// letters that occur once. Operands are contracted from left to right.
    /// </summary>
    /// <exception cref="ShapeException">The equation does not parse, or does not fit the operands.</exception>
    /// <exception cref="DTypeException">The operands' types have no product.</exception>
    public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands)
    {
        var parsed = EinsumEquation.Parse(equation, operands);
        var terms = new List<EinsumTerm>();
        for (int i = 0; i < operands.Length; i++)
            terms.Add(EinsumTerm.Create(operands[i], parsed.Inputs[i], parsed));
        var result = terms[0].Reduce(parsed.NeededAfter(terms, 0));
        for (int i = 1; i < terms.Count; i++)
            result = result.Times(terms[i], parsed.NeededAfter(terms, i), parsed);
        return result.Arrange(parsed.Output);
    }
}
