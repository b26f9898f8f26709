namespace Hebb.Onnx;

/// <summary>Branches and loops. Which graph runs, and how often, is decided on the host; inside a trace, by ops (<see cref="TracedControl"/>).</summary>
internal static class ControlOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("If", 1, c => TracedControl.IsKnown(c[0]) ? c.Run(HostValues.Bool(c[0]) ? "then_branch" : "else_branch") : TracedControl.If(c));
        table.AddAll("Loop", 1, Loop);
        table.AddAll("Scan", 8, BatchedScan);
        table.AddAll("Scan", 9, c => Scan(c, c.Count - (int)c.Int("num_scan_inputs"), 0));
    }

    private static OnnxValue?[] Loop(NodeCall c)
    {
        int carried = Math.Max(c.Count - 2, 0);
        var values = new OnnxValue?[carried];
        for (int i = 0; i < carried; i++)
            values[i] = c.Value(2 + i);
        var body = c.Graph("body");
        int collected = body.Outputs.Count - 1 - carried;
        if (collected < 0)
            throw new FormatException($"the body of the loop has {body.Outputs.Count} outputs for {carried} values that it carries");
        if (TracedControl.IsOn && TracedControl.Loop(c, values, collected) is { } written)
            return written;
        long most = c.Has(0) ? c.Long(0) : long.MaxValue;
        bool goesOn = !c.Has(1) || HostValues.Bool(c[1]);
        var gathered = Enumerable.Range(0, collected).Select(_ => new List<OnnxValue>()).ToArray();
        for (long i = 0; i < most && goesOn; i++)
        {
            var outputs = c.Run("body", [HostValues.OfLong(i), (OnnxValue)Tensor.From([goesOn], Shape.Create([])), .. values]);
            goesOn = outputs[0] is null || HostValues.Bool(outputs[0]!.AsTensor());
            Array.Copy(outputs, 1, values, 0, carried);
            for (int k = 0; k < collected; k++)
                gathered[k].Add(outputs[1 + carried + k] ?? throw new FormatException("a collected output of the loop has no value"));
        }
        return [.. values, .. gathered.Select((items, k) => Stack(items, 0, body.Outputs[1 + carried + k]))];
    }

    // Of no steps: as much of the shape as the file tells.
    private static OnnxValue Stack(List<OnnxValue> items, int axis, GraphPort port)
    {
        if (items.Count > 0)
            return SequenceOperators.Stack(items, axis);
        var type = port.Type?.TensorType;
        int[] sizes = [0, .. type?.Shape?.Dim.Select(d => (int)Math.Clamp(d.DimValue, 0, int.MaxValue)) ?? []];
        return Tensor.Zeros(Shape.Create(sizes), type is null ? DType.Float32 : ElementType.Of(type.ElemType));
    }

    private static OnnxValue?[] Scan(NodeCall c, int states, int first)
    {
        int scanned = c.Count - states;
        long[] Each(string name, int count) => c.Ints(name) ?? new long[count];
        var body = c.Graph("body");
        int collected = body.Outputs.Count - states;
        if (states < 0 || collected < 0)
            throw new FormatException($"the body of the scan has {body.Outputs.Count} outputs for {states} states");
        long[] directions = Each("scan_input_directions", scanned), axes = Each("scan_input_axes", scanned);
        long[] outDirections = Each("scan_output_directions", collected), outAxes = Each("scan_output_axes", collected);
        var values = new OnnxValue?[states];
        for (int i = 0; i < states; i++)
            values[i] = c.Value(first + i);
        var sources = Enumerable.Range(0, scanned).Select(i => c[first + states + i]).ToArray();
        var at = sources.Select((x, i) => HostValues.Axis(axes[i], x.Rank)).ToArray();
        if (TracedControl.IsOn && Written(c, values, sources, at, directions, outDirections, outAxes) is { } written)
            return written;
        int steps = scanned == 0 ? 0 : sources[0].Shape[at[0]];
        var gathered = Enumerable.Range(0, collected).Select(_ => new List<OnnxValue>()).ToArray();
        for (int t = 0; t < steps; t++)
        {
            OnnxValue?[] inputs = [.. values, .. sources.Select((x, i) => (OnnxValue)x.Select(at[i], directions[i] != 0 ? x.Shape[at[i]] - 1 - t : t))];
            var outputs = c.Run("body", inputs);
            Array.Copy(outputs, 0, values, 0, states);
            for (int k = 0; k < collected; k++)
                gathered[k].Add(outputs[states + k] ?? throw new FormatException("a collected output of the scan has no value"));
        }
        for (int k = 0; k < collected; k++)
        {
            if (outDirections[k] != 0)
                gathered[k].Reverse();
        }
        return [.. values, .. gathered.Select((items, k) => Stack(items, (int)outAxes[k], body.Outputs[states + k]))];
    }

    // The same as one op. Where not all go the same way, slices are turned before and after.
    private static OnnxValue?[]? Written(NodeCall c, OnnxValue?[] states, Tensor[] sources, int[] axes, long[] directions, long[] outDirections, long[] outAxes)
    {
        bool reverse = directions.Concat(outDirections).All(d => d != 0);
        Tensor Turned(Tensor x, long direction) => direction != 0 && !reverse ? x.Flip(0) : x;
        Tensor[] slices = [.. sources.Select((x, i) => Turned(x.MoveAxis(axes[i], 0), directions[i]))];
        if (TracedControl.Scan(inputs => c.Run("body", inputs), states, slices, reverse) is not { } made)
            return null;
        return [.. made.Select((y, i) => (OnnxValue?)(i < states.Length ? y : Turned(y, outDirections[i - states.Length]).MoveAxis(0, HostValues.Axis(outAxes[i - states.Length], y.Rank))))];
    }

    // The first version runs over a batch, each example with a length of its own.
    private static OnnxValue?[] BatchedScan(NodeCall c)
    {
        int scanned = (int)c.Int("num_scan_inputs"), states = c.Count - 1 - scanned;
        var body = c.Graph("body");
        int collected = body.Outputs.Count - states;
        long[] directions = c.Ints("directions") ?? new long[scanned];
        if (states < 0 || collected < 0 || scanned < 1)
            throw new FormatException($"the body of the scan has {body.Outputs.Count} outputs for {states} states");
        int examples = c[1].Shape[0], steps = c[1 + states].Shape[1];
        long[]? lengths = c.LongsOrNull(0);
        var perExample = Enumerable.Range(0, body.Outputs.Count).Select(_ => new List<Tensor>()).ToArray();
        for (int b = 0; b < examples; b++)
        {
            int length = lengths is null ? steps : (int)Math.Clamp(lengths[b], 0, steps);
            var values = Enumerable.Range(0, states).Select(i => (OnnxValue?)c[1 + i].Select(0, b)).ToArray();
            var gathered = Enumerable.Range(0, collected).Select(_ => new List<Tensor>()).ToArray();
            for (int t = 0; t < length; t++)
            {
                OnnxValue?[] inputs = [.. values, .. Enumerable.Range(0, scanned).Select(i => (OnnxValue)c[1 + states + i].Select(0, b).Select(0, directions[i] != 0 ? length - 1 - t : t))];
                var outputs = c.Run("body", inputs);
                Array.Copy(outputs, 0, values, 0, states);
                for (int k = 0; k < collected; k++)
                    gathered[k].Add(outputs[states + k]!.AsTensor());
            }
            for (int i = 0; i < states; i++)
                perExample[i].Add(values[i]!.AsTensor());
            for (int k = 0; k < collected; k++)
            {
                var stacked = Tensor.Stack(gathered[k].ToArray());
                // What follows an example's end is 0.
                if (length < steps)
                    stacked = Tensor.Cat([stacked, Tensor.Zeros(stacked.Shape.With(0, steps - length), stacked.DType)]);
                perExample[states + k].Add(stacked);
            }
        }
        return [.. perExample.Select(p => (OnnxValue)Tensor.Stack(p.ToArray()))];
    }
}
