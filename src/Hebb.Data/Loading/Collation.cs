namespace Hebb.Data;

/// <summary>Makes batches of samples, with errors that name the sample.</summary>
internal static class Collation
{
    /// <summary>Stacks inputs and targets; rows of tensor datasets are copied without a tensor for each.</summary>
    public static Batch Stack(IDataset<Sample> dataset, int[] indices) =>
        dataset is ITensorRows { Rows: { } rows } source ? CopyRows(source, rows.Input, rows.Target, indices) : StackSamples(dataset, indices);

    public static T Read<T>(IDataset<T> dataset, int index)
    {
        try
        {
            return dataset[index];
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new DataException($"sample {index}: {Describe(e)}", e);
        }
    }

    /// <summary>Runs what works on a whole batch; its errors name the batch by its first sample.</summary>
    public static T Guard<T>(int[] indices, string what, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new DataException($"{what} of the batch with samples {string.Join(", ", indices.Take(3))}{(indices.Length > 3 ? ", …" : "")}: {Describe(e)}", e);
        }
    }

    private static Batch CopyRows(ITensorRows source, in TensorSpec input, in TensorSpec target, int[] indices)
    {
        Tensor inputs = Empty(indices.Length, input), targets = Empty(indices.Length, target);
        for (int row = 0; row < indices.Length; row++)
            source.CopyRow(indices[row], TensorBytes.Row(inputs, row, input), TensorBytes.Row(targets, row, target));
        return new Batch(inputs, targets) { Indices = indices };
    }

    private static Batch StackSamples(IDataset<Sample> dataset, int[] indices)
    {
        Tensor? inputs = null, targets = null;
        TensorSpec input = default, target = default;
        for (int row = 0; row < indices.Length; row++)
        {
            var sample = Read(dataset, indices[row]);
            if (inputs is null || targets is null)
            {
                input = new TensorSpec(sample.Input.Shape, sample.Input.DType);
                target = new TensorSpec(sample.Target.Shape, sample.Target.DType);
                (inputs, targets) = (Empty(indices.Length, input), Empty(indices.Length, target));
            }
            Copy(sample.Input, inputs, row, input, indices, "input");
            Copy(sample.Target, targets, row, target, indices, "target");
        }
        return new Batch(inputs!, targets!) { Indices = indices };
    }

    private static void Copy(Tensor from, Tensor to, int row, in TensorSpec spec, int[] indices, string what)
    {
        var found = new TensorSpec(from.Shape, from.DType);
        if (found != spec) throw new ShapeException($"sample {indices[row]}: its {what} is {found}, that of sample {indices[0]} in the batch {spec}");
        from = from.Contiguous();
        TensorBytes.Of(from).CopyTo(TensorBytes.Row(to, row, spec));
        GC.KeepAlive(from);
    }

    private static Tensor Empty(int count, in TensorSpec row) => Tensor.Empty(Shape.Create([count, .. row.Shape.Dims]), row.DType);

    private static string Describe(Exception e) => e is HebbException ? DataFile.FirstLine(e.Message) : $"{e.GetType().Name}: {DataFile.FirstLine(e.Message)}";
}
