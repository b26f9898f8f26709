namespace Hebb.Cpu;

/// <summary>
/// One recurrent layer in one direction over a whole sequence: T steps, N examples, H hidden numbers, G gates. Inputs are already projected, so a step is a product with
/// the hidden state and the gates. Everything is contiguous but <see cref="Input"/>.
/// </summary>
unsafe struct RecurrentProblem<T>
    where T : unmanaged
{
    public long Steps, Batch, Hidden;

    /// <summary>Steps run from the last to the first.</summary>
    public bool Reverse;

    /// <summary>[N]: example n takes part in the steps below Lengths[n]; null for all of them.</summary>
    public long* Lengths;

    /// <summary>[G H, H].</summary>
    public T* Weight;

    /// <summary>[G H]; for a GRU [4 H], the last part within the reset product.</summary>
    public T* Bias;

    /// <summary>[T, N, G H], rows contiguous.</summary>
    public T* Input;
    public long InputStep, InputRow;

    /// <summary>States before the first step, [N, H].</summary>
    public T* FirstHidden, FirstCell;

    /// <summary>[T, N, H].</summary>
    public T* Output;

    /// <summary>States after the last step, [N, H].</summary>
    public T* LastHidden, LastCell;

    /// <summary>[T, N, G H]: the gates after their activations.</summary>
    public T* Gates;

    /// <summary>[T, N, H]: the cell states of an LSTM; what a GRU's reset gate multiplies.</summary>
    public T* Cells;

    /// <summary>Gradients that come in. Those of <see cref="Gates"/> and <see cref="Cells"/> may be null.</summary>
    public T* OutputGrad, LastHiddenGrad, LastCellGrad, GatesGrad, CellsGrad;

    /// <summary>Gradients that go out: of the projected inputs [T, N, G H], of what a GRU's reset gate multiplies [T, N, H], of the first states [N, H].</summary>
    public T* InputGrad, InnerGrad, FirstHiddenGrad, FirstCellGrad;

    /// <summary>The step that runs as number <paramref name="s"/>.</summary>
    public readonly long Step(long s) => Reverse ? Steps - 1 - s : s;

    public readonly bool Takes(long row, long step) => Lengths == null || step < Lengths[row];
}

/// <summary>
/// Some hidden columns of some examples at one step. Examples lie <see cref="Hidden"/> apart where nothing else is said, and gates too; gates of examples a multiple of that.
/// </summary>
unsafe struct CellStep<T>
    where T : unmanaged
{
    public long Hidden, Rows;
    public int Count;

    public T* Input;
    public long InputRow;

    public T* Product;
    public long ProductRow, ProductGate;

    public T* Bias, Gates, Output;

    /// <summary>Hidden state before and after; cell state likewise.</summary>
    public T* Old, New, OldCell, Cell;

    public T* OutputGrad, GatesGrad, CellsGrad, InputGrad, InnerGrad;

    /// <summary>In: the gradient that later steps send to the hidden state. Out: the part that passes this step by the side of the product.</summary>
    public T* Flow;

    /// <summary>The same for the cell state.</summary>
    public T* CellFlow;
    public long FlowRow;
}
