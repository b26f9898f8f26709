namespace Hebb.Core.Tests.RandomPrograms;

/// <summary>An op on values of a program, decided on: which they are, and with what attributes.</summary>
internal sealed record Step(string Text, Func<IReadOnlyList<Tensor>, Tensor> Apply, Value Result)
{
    private const int Count = 40;

    /// <summary>Makes an op of a line. It depends on shapes, types and bounds alone, so the program is the same one for all inputs.</summary>
    public static Step Resolve(Instruction line, IReadOnlyList<Value> values)
    {
        int a = Pick(line.A, values.Count), b = Pick(line.B, values.Count);
        var (x, y) = (values[a].Tensor, values[b].Tensor);
        int axis = x.Rank == 0 ? 0 : line.C % x.Rank;
        bool exact = values[a].IsExact, both = exact && values[b].IsExact;
        double bound = values[a].Bound, larger = Math.Max(bound, values[b].Bound);
        switch (line.Op % Count)
        {
            case 0 or 1:
                return Binary("+", (p, q) => p + q, bound + values[b].Bound);
            case 2:
                return Binary("-", (p, q) => p - q, bound + values[b].Bound);
            case 3 or 4:
                return Binary("*", (p, q) => p * q, bound * values[b].Bound);
            case 5:
                return Unary("Sin", p => p.Sin(), 1);
            case 6:
                return Unary("Tanh", p => p.Tanh(), 1);
            case 7:
                return Unary("Sigmoid", p => p.Sigmoid(), 1);
            case 8:
                return bound > 6 ? Unary("Atan", p => p.Atan(), 2) : Unary("Exp", p => p.Exp(), Math.Exp(Math.Min(bound, 6)));
            case 9:
                return Unary("Square", p => p.Square(), bound * bound);
            case 10 when exact && x.DType != DType.Bool:
                return Make($"v{a}.Abs()", v => v[a].Abs(), exact, bound);
            case 11 when exact && x.DType.IsFloat:
                return Make($"v{a}.Relu()", v => v[a].Relu(), exact, bound);
            case 12 when both:
                return Binary("<", (p, q) => p < q, 1);
            case 13 when both && x.DType != DType.Bool:
                return Named("Maximum", (p, q) => p.Maximum(q));
            case 14 when x.DType != DType.Bool:
                {
                    // A mask of the values' own kind, where there is one that fits.
                    int mask = Enumerable.Range(0, values.Count).FirstOrDefault(i => values[i].Tensor.DType == DType.Bool && Fits(values[i].Tensor.Shape, x.Shape), -1);
                    return mask < 0 ? Negated() : Make($"Tensor.Where(v{mask}, v{a}, v{a} * 2)", v => Tensor.Where(v[mask], v[a], v[a] * 2), exact, bound * 2);
                }
            case 15 when x.Rank > 0:
                return Make($"v{a}.Sum({axis})", v => v[a].Sum(axis), !x.DType.IsFloat, bound * Math.Max(1, x.Shape[axis]));
            case 16 when x.Rank > 0 && x.DType.IsFloat && x.Shape[axis] > 0:
                return Make($"v{a}.Mean({axis}, keepDim: true)", v => v[a].Mean(axis, keepDim: true), false, bound);
            case 17 when x.Rank > 0 && exact && x.Shape[axis] > 0 && x.DType != DType.Bool:
                return Make($"v{a}.Max({axis}).Values", v => v[a].Max(axis).Values, exact, bound);
            case 18 when x.Rank > 0 && exact && x.Shape[axis] > 0 && x.DType != DType.Bool:
                return Make($"v{a}.ArgMax({axis})", v => v[a].ArgMax(axis), exact, x.Shape[axis]);
            case 19 when x.Rank > 0 && x.DType.IsFloat && x.Shape[axis] > 0:
                return Make($"v{a}.Softmax({axis})", v => v[a].Softmax(axis), false, 1);
            case 20 when x.Rank > 0 && x.DType != DType.Bool:
                return Make($"v{a}.CumSum({axis})", v => v[a].CumSum(axis), !x.DType.IsFloat, bound * Math.Max(1, x.Shape[axis]));
            case 21 when x.Rank > 1:
                return Make($"v{a}.Transpose({axis}, {(axis + 1) % x.Rank})", v => v[a].Transpose(axis, (axis + 1) % v[a].Rank), exact, bound);
            case 22:
                return Make($"v{a}.Reshape({x.Count})", v => v[a].Reshape((int)v[a].Count), exact, bound);
            case 23 when x.Rank < 4:
                return Make($"v{a}.Unsqueeze({axis})", v => v[a].Unsqueeze(axis), exact, bound);
            case 24 when x.Rank > 0 && x.Shape[axis] > 1:
                {
                    int start = line.B % x.Shape[axis];
                    return Make($"v{a}.Slice({axis}, {start}, step: 2)", v => v[a].Slice(axis, start, step: 2), exact, bound);
                }
            case 25 when x.Rank > 0 && x.Shape[axis] > 0:
                {
                    int index = line.B % x.Shape[axis];
                    return Make($"v{a}.Select({axis}, {index})", v => v[a].Select(axis, index), exact, bound);
                }
            case 26 when x.Rank > 0:
                return Make($"v{a}.Flip({axis})", v => v[a].Flip(axis), exact, bound);
            case 27 when x.Rank > 0 && x.Count < 200:
                return Make($"Tensor.Cat([v{a}, v{a}], {axis})", v => Tensor.Cat([v[a], v[a]], axis), exact, bound);
            case 28 when x.Rank is > 0 and < 4 && x.Count < 200:
                return Make($"v{a}.Unsqueeze(0).Expand([2, ..{x.Shape}])", v => v[a].Unsqueeze(0).Expand(v[a].Shape.Insert(0, 2)), exact, bound);
            case 29 when x.DType.IsFloat && x.Rank > 0 && x.Shape[^1] > 0:
                return Make(
                    $"v{a}.Reshape(-1, {x.Shape[^1]}) @ its transpose",
                    v =>
                    {
                        var rows = v[a].Reshape(-1, v[a].Shape[^1]);
                        return rows.MatMul(rows.MT);
                    },
                    false,
                    bound * bound * x.Shape[^1]);
            case 30 when x.DType.IsFloat && x.DType == y.DType && x.Rank > 1 && y.Rank > 0 && x.Shape[^1] > 0 && y.Shape[^1] == x.Shape[^1]:
                return Make(
                    $"v{a}.MatMul(v{b}.Reshape(-1, {x.Shape[^1]}).MT)", v => v[a].MatMul(v[b].Reshape(-1, v[a].Shape[^1]).MT), false, bound * values[b].Bound * x.Shape[^1]);
            case 31 when x.Rank > 0 && x.Shape[axis] > 0 && y.DType == DType.Int32 && y.Rank == 1:
                return Make(
                    $"v{a}.IndexSelect({axis}, v{b} mod {x.Shape[axis]})", v => v[a].IndexSelect(axis, v[b].Remainder(v[a].Shape[axis])), exact, bound);
            case 32 when exact || !x.DType.IsFloat:
                {
                    DType[] types = [DType.Float32, DType.Float64, DType.Int32, DType.Bool];
                    var type = types[line.C % 4];
                    return x.DType.IsFloat && type == DType.Int32 && bound > 1e8 ? Negated() : Make($"v{a}.To({type.Name})", v => v[a].To(type), exact, bound);
                }
            case 33 when x.Rank > 1:
                return Make($"v{a}.Sum()", v => v[a].Sum(), !x.DType.IsFloat, bound * Math.Max(1, x.Count));
            case 34 when x.DType.IsFloat && x.Count is >= 3 and < 200:
                return Make(
                    $"v{a}.Reshape(1, 1, -1).Conv1d(its first three, padding: 1)",
                    v =>
                    {
                        var row = v[a].Reshape(1, 1, -1);
                        return row.Conv1d(row.Slice(2, 0, 3), padding: 1);
                    },
                    false,
                    3 * bound * bound);
            case 35 when x.DType.IsFloat && x.Rank > 1 && x.Count is > 0 and < 200:
                return Make(
                    $"Tensor.ScaledDotProductAttention of v{a}.Reshape(1, -1, {x.Shape[^1]}), {(line.C % 2 == 0 ? "causal" : "to all")}",
                    v =>
                    {
                        var rows = v[a].Reshape(1, -1, v[a].Shape[^1]);
                        return Tensor.ScaledDotProductAttention(rows, rows, rows.Sin(), causal: line.C % 2 == 0);
                    },
                    false,
                    1);
            case 36 when x.DType.IsFloat && exact && x.Count > 0:
                return Make(
                    $"Control.Cond(v{a}.Reshape(-1).Select(0, 0) > 0, p => p.Sin(), p => p * 0.5, v{a})",
                    v => Control.Cond(v[a].Reshape(-1).Select(0, 0) > 0, p => p.Sin(), p => p * 0.5, v[a]),
                    exact,
                    Math.Max(1, bound));
            case 37 when x.DType.IsFloat && x.Rank > 0 && x.Shape[0] > 0 && x.Count < 200:
                return Make(
                    $"Control.Scan((c, e) => ((c * 0.5 + e).Tanh(), c.Sin()), v{a}.Select(0, 0), v{a}{(line.C % 2 == 0 ? ", reverse: true" : "")}).Outputs",
                    v => Control.Scan((c, e) => ((c * 0.5 + e).Tanh(), c.Sin()), v[a].Select(0, 0), v[a], reverse: line.C % 2 == 0).Outputs,
                    false,
                    1);
            case 38 when x.DType.IsFloat && exact:
                {
                    // Not for gradients: rounded to so few bits, last bits of what comes back would show.
                    var half = line.C % 2 == 0 ? DType.BFloat16 : DType.Float16;
                    return bound > 1e3 ? Negated() : Make($"(v{a}.Detach().To({half.Name}) * 1.5).To({x.DType.Name})", v => (v[a].Detach().To(half) * 1.5).To(v[a].DType), exact, 1.51 * bound);
                }
            case 39 when x.DType.IsFloat && x.Rank > 0 && x.Shape[^1] > 0:
                return Make($"v{a}.LayerNorm([{x.Shape[^1]}])", v => v[a].LayerNorm([v[a].Shape[^1]], eps: 0.1), false, Math.Min(4 * bound, Math.Sqrt(x.Shape[^1])));
            default:
                return Negated();
        }

        Step Negated() => x.DType == DType.Bool ? Make($"v{a}.LogicalNot()", v => v[a].LogicalNot(), exact, 1) : Make($"-v{a}", v => -v[a], exact, bound);

        // Arithmetic takes no bools; shapes that do not fit become numbers.
        Step Binary(string sign, Func<Tensor, Tensor, Tensor> op, double most)
        {
            bool fits = Fits(x.Shape, y.Shape) || Fits(y.Shape, x.Shape);
            string left = x.DType == DType.Bool ? $"v{a}.To(int32)" : $"v{a}", right = y.DType == DType.Bool ? $"v{b}.To(int32)" : $"v{b}";
            bool same = both && (fits || !y.DType.IsFloat);
            if (!fits && sign == "<" && y.DType.IsFloat)
                return Negated();
            if (!fits)
                most *= Math.Max(1, y.Count);
            return Make($"{left} {sign} {right}{(fits ? "" : ".Sum()")}", v => op(Number(v[a]), fits ? Number(v[b]) : Number(v[b]).Sum()), same, most);
        }

        Step Named(string name, Func<Tensor, Tensor, Tensor> op) => y.DType != DType.Bool && (Fits(x.Shape, y.Shape) || Fits(y.Shape, x.Shape))
            ? Make($"v{a}.{name}(v{b})", v => op(v[a], v[b]), both, larger)
            : Negated();

        Step Unary(string name, Func<Tensor, Tensor> op, double most) =>
            x.DType.IsFloat ? Make($"v{a}.{name}()", v => op(v[a]), exact, most) : Make($"v{a}.To(float32).{name}()", v => op(v[a].To(DType.Float32)), exact, most);

        Step Make(string text, Func<IReadOnlyList<Tensor>, Tensor> apply, bool isExact, double most)
        {
            var result = apply([.. values.Select(v => v.Tensor)]);
            // What grows too large, where a last bit would matter too much, is brought back.
            if (most > 1e4 && result.DType.IsFloat)
                return new Step($"({text}).Tanh()", v => apply(v).Tanh(), new Value(result.Tanh(), isExact, 1));
            return new Step(text, apply, new Value(result, isExact, result.DType.IsFloat ? most : 1e9));
        }
    }

    private static Tensor Number(Tensor x) => x.DType == DType.Bool ? x.To(DType.Int32) : x;

    // Later values more often.
    private static int Pick(int number, int count) => count - 1 - Math.Min(number % count, number / 64 % count);

    /// <summary>Whether a shape broadcasts to another.</summary>
    private static bool Fits(Shape small, Shape large)
    {
        if (small.Rank > large.Rank)
            return false;
        for (int i = 1; i <= small.Rank; i++)
        {
            if (small[^i] != 1 && small[^i] != large[^i])
                return false;
        }
        return true;
    }
}
