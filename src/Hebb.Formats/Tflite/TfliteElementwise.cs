namespace Hebb.Tflite;

/// <summary>Operators on each element, reductions, and changes of type.</summary>
internal static class TfliteElementwise
{
    public static TfliteStep? Make(TfliteNode node)
    {
        switch (node.Name)
        {
            case "ADD":
                return Joined(node, (a, b) => a + b);
            case "SUB":
                return Joined(node, (a, b) => a - b);
            case "MUL":
                return Joined(node, (a, b) => a * b);
            case "DIV":
                return Joined(node, (a, b) => a.DType.IsInteger ? (a.To(DType.Float64) / b.To(DType.Float64)).Trunc() : a / b);
            case "ADD_N":
                var (terms, sum) = (node.Reals(), node.Give());
                return v => [sum(terms.Select(t => t(v)).Aggregate((a, b) => a + b))];
            case "MAXIMUM":
                return TfliteOps.Binary(node, (a, b) => a.Maximum(b));
            case "MINIMUM":
                return TfliteOps.Binary(node, (a, b) => a.Minimum(b));
            case "SQUARED_DIFFERENCE":
                return TfliteOps.Binary(node, (a, b) => (a - b).Square());
            case "POW":
                return TfliteOps.Binary(node, (a, b) => a.Pow(b));
            case "ATAN2":
                return TfliteOps.Binary(node, (a, b) => a.Atan2(b));
            case "FLOOR_DIV":
                return TfliteOps.Binary(node, (a, b) => a.FloorDivide(b));
            case "FLOOR_MOD":
                return TfliteOps.Binary(node, (a, b) => a.Remainder(b));
            case "LESS":
                return TfliteOps.Binary(node, (a, b) => a.Less(b));
            case "LESS_EQUAL":
                return TfliteOps.Binary(node, (a, b) => a.LessEqual(b));
            case "GREATER":
                return TfliteOps.Binary(node, (a, b) => a.Greater(b));
            case "GREATER_EQUAL":
                return TfliteOps.Binary(node, (a, b) => a.GreaterEqual(b));
            case "EQUAL":
                return TfliteOps.Binary(node, (a, b) => a.Equal(b));
            case "NOT_EQUAL":
                return TfliteOps.Binary(node, (a, b) => a.NotEqual(b));
            case "LOGICAL_AND":
                return TfliteOps.Binary(node, (a, b) => a.LogicalAnd(b));
            case "LOGICAL_OR":
                return TfliteOps.Binary(node, (a, b) => a.LogicalOr(b));
            case "LOGICAL_NOT":
                return TfliteOps.Unary(node, x => x.LogicalNot());
            case "SELECT" or "SELECT_V2":
                return Select(node);
            case "RELU":
                return TfliteOps.Unary(node, x => x.ClampMin(0));
            case "RELU6":
                return TfliteOps.Unary(node, x => x.Clamp(0L, 6L));
            case "RELU_N1_TO_1":
                return TfliteOps.Unary(node, x => x.Clamp(-1L, 1L));
            case "RELU_0_TO_1":
                return TfliteOps.Unary(node, x => x.Clamp(0L, 1L));
            case "LEAKY_RELU":
                double slope = node.Float(0);
                return TfliteOps.Unary(node, x => x.LeakyRelu(slope));
            case "PRELU":
                return TfliteOps.Binary(node, (x, slopes) => x.ClampMin(0) + slopes * x.ClampMax(0));
            case "ELU":
                return TfliteOps.Unary(node, x => x.Elu());
            case "GELU":
                bool approximate = node.Flag(0);
                return TfliteOps.Unary(node, x => x.Gelu(approximate));
            case "HARD_SWISH":
                return TfliteOps.Unary(node, x => x.Hardswish());
            case "LOGISTIC":
                return TfliteOps.Unary(node, x => x.Sigmoid());
            case "TANH":
                return TfliteOps.Unary(node, x => x.Tanh());
            case "SOFTMAX":
                double beta = node.Float(0, 1);
                return TfliteOps.Unary(node, x => (beta == 1 ? x : x * beta).Softmax(-1));
            case "LOG_SOFTMAX":
                return TfliteOps.Unary(node, x => x.LogSoftmax(-1));
            case "L2_NORMALIZATION":
                return TfliteOps.Unary(node, x => x / x.Square().Sum(-1, keepDim: true).Sqrt().ClampMin(1e-6));
            case "LOCAL_RESPONSE_NORMALIZATION":
                return Response(node);
            case "EXP":
                return TfliteOps.Unary(node, x => x.Exp());
            case "LOG":
                return TfliteOps.Unary(node, x => x.Log());
            case "SQRT":
                return TfliteOps.Unary(node, x => x.Sqrt());
            case "RSQRT":
                return TfliteOps.Unary(node, x => x.Rsqrt());
            case "SQUARE":
                return TfliteOps.Unary(node, x => x.Square());
            case "SIN":
                return TfliteOps.Unary(node, x => x.Sin());
            case "COS":
                return TfliteOps.Unary(node, x => x.Cos());
            case "NEG":
                return TfliteOps.Unary(node, x => -x);
            case "ABS":
                return TfliteOps.Unary(node, x => x.Abs());
            case "SIGN":
                return TfliteOps.Unary(node, x => x.Sign());
            case "FLOOR":
                return TfliteOps.Unary(node, x => x.Floor());
            case "CEIL":
                return TfliteOps.Unary(node, x => x.Ceil());
            case "ROUND":
                return TfliteOps.Unary(node, x => x.Round());
            case "ZEROS_LIKE":
                return TfliteOps.Unary(node, Tensor.ZerosLike);
            case "CUMSUM":
                return CumSum(node);
            case "MEAN" or "SUM" or "REDUCE_MAX" or "REDUCE_MIN" or "REDUCE_PROD" or "REDUCE_ANY" or "REDUCE_ALL":
                return Reduction(node);
            case "ARG_MAX" or "ARG_MIN":
                var (searched, axis, found) = (node.Real(0), node.Numbers(1), node.Give());
                bool largest = node.Name == "ARG_MAX";
                return v => [found(largest ? searched(v).ArgMax(One(axis(v))) : searched(v).ArgMin(One(axis(v))))];
            case "CAST" or "QUANTIZE" or "DEQUANTIZE":
                // What is cast is taken as stored; what is quantized stands for real numbers.
                return node.Name == "CAST" ? Cast(node) : TfliteOps.Unary(node, x => x);
            case "FAKE_QUANT":
                return FakeQuantized(node);
            default:
                return null;
        }
    }

    private static int One(int[] numbers) => numbers is [var one] ? one : throw new ShapeException($"takes one axis, not {numbers.Length}");

    /// <summary>Arithmetic with an activation joined to it.</summary>
    private static TfliteStep Joined(TfliteNode node, Func<Tensor, Tensor, Tensor> function)
    {
        var activation = node.Activation(0);
        return TfliteOps.Binary(node, (a, b) => activation(function(a, b)));
    }

    private static TfliteStep Select(TfliteNode node)
    {
        var (condition, a, b, give) = (node.Stored(0), node.Real(1), node.Real(2), node.Give());
        return v =>
        {
            var (c, x) = (condition(v), a(v));
            // SELECT takes one condition for each row, too.
            if (node.Name == "SELECT" && c.Rank == 1 && x.Rank > 1)
                c = c.Reshape([c.Shape[0], .. Enumerable.Repeat(1, x.Rank - 1)]);
            return [give(Tensor.Where(c, x, b(v)))];
        };
    }

    private static TfliteStep Response(TfliteNode node)
    {
        var (radius, bias, alpha, beta) = (node.Int(0), node.Float(1), node.Float(2), node.Float(3));
        return TfliteOps.Unary(node, x =>
        {
            // Past all channels there is nothing more.
            int reach = radius < 0 ? x.Shape[^1] : Math.Min(radius, x.Shape[^1]);
            var sums = x.Square().Pad([reach, reach]).Unfold(-1, 2 * reach + 1).Sum(-1);
            return x / (sums * (double)alpha + (double)bias).Pow((double)beta);
        });
    }

    private static TfliteStep CumSum(TfliteNode node)
    {
        bool exclusive = node.Flag(0), reverse = node.Flag(1);
        var (x, axis, give) = (node.Real(0), node.Numbers(1), node.Give());
        return v =>
        {
            var t = x(v);
            var y = t.CumSum(One(axis(v)), reverse, t.DType);
            return [give(exclusive ? y - t : y)];
        };
    }

    private static TfliteStep Reduction(TfliteNode node)
    {
        bool keep = node.Flag(0);
        var (x, axes, give) = (node.Real(0), node.Numbers(1), node.Give());
        return v =>
        {
            var t = x(v);
            int[] along = [.. axes(v).Select(a => t.Shape.Axis(a)).Distinct()];
            if (along.Length == 0)
                return [give(t)];
            return [give(node.Name switch
            {
                "MEAN" => t.DType.IsInteger ? (t.To(DType.Float64).Mean(along, keep)).Trunc() : t.Mean(along, keep),
                "SUM" => t.Sum(along, keep),
                "REDUCE_MAX" => t.Amax(along, keep),
                "REDUCE_MIN" => t.Amin(along, keep),
                "REDUCE_PROD" => t.Prod(along, keep),
                "REDUCE_ANY" => t.Any(along, keep),
                _ => t.All(along, keep),
            })];
        };
    }

    private static TfliteStep Cast(TfliteNode node)
    {
        var type = TfliteTypes.Numbers(node.Out().Type) ?? throw new FormatException($"gives the type {TfliteTypes.Name(node.Out().Type)}, which is not read");
        var x = node.Stored(0);
        return v => [x(v).To(type)];
    }

    private static TfliteStep FakeQuantized(TfliteNode node)
    {
        var (least, most, bits) = ((double)node.Float(0), (double)node.Float(1), node.Int(2));
        if (bits is < 2 or > 16 || !(most > least))
            throw new FormatException($"rounds {least} to {most} to {bits} bits, which can't be");
        int first = node.Flag(3) ? 1 : 0, last = (1 << bits) - 1;
        double scale = (most - least) / (last - first);
        // The range is moved so that 0 is one of the numbers.
        double zero = Math.Round(Math.Clamp(first - least / scale, first, last), MidpointRounding.AwayFromZero);
        (least, most) = ((first - zero) * scale, (last - zero) * scale);
        return TfliteOps.Unary(node, x => (((x.Clamp(least, most) - least) / scale) + 0.5).Floor() * scale + least);
    }
}
