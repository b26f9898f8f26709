using System.Collections.Frozen;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>What autocast does with the inputs of an op.</summary>
internal enum AutocastPolicy
{
    /// <summary>Nothing: the op takes what comes, and different types meet by promotion.</summary>
    Follow,

    /// <summary>Float32 inputs are cast to the half.</summary>
    Half,

    /// <summary>Half inputs are cast to Float32.</summary>
    Single,

    /// <summary>Halves are cast to Float32 where a Float32 comes with them: the op wants one type.</summary>
    Widest,

    /// <summary>Float32 results are cast to the half: the op reads few of the values that it is given.</summary>
    HalfResult,
}

/// <summary>The interpreter of <see cref="Autocast"/>: it stands outside all others and wraps nothing; ops go on to those below with other inputs.</summary>
internal sealed class AutocastState
{
    private static readonly AutocastState s_bfloat16 = new(DType.BFloat16), s_float16 = new(DType.Float16);

    private static readonly FrozenDictionary<string, AutocastPolicy> s_policies = Policies(
        (AutocastPolicy.Half, "linear matmul conv conv_transpose attention rnn gru lstm"),
        (AutocastPolicy.HalfResult, "embedding"),
        (AutocastPolicy.Widest, "where lerp scatter scatter_reduce index_put grid_sample linear_scan place_class"),
        (AutocastPolicy.Single,
            "mean std var_mean norm softmax log_softmax logsumexp logcumsumexp cumsum cumprod cross_entropy binary_cross_entropy binary_cross_entropy_with_logits huber "
            + "exp exp2 expm1 log log2 log10 log1p logaddexp log_sigmoid softplus pow pow_scalar reciprocal rsqrt erfinv lgamma digamma polygamma tan acos asin cosh sinh xlogy logit "
            + "cholesky det slogdet inverse solve solve_triangular svd eigh qr fft rfft irfft"));

    private AutocastState(DType type) => Type = type;

    public DType Type { get; }

    /// <summary>The names of ops that have a policy.</summary>
    public static IEnumerable<string> Named => s_policies.Keys;

    public static AutocastState Of(DType type) => type == DType.BFloat16 ? s_bfloat16 : s_float16;

    public static AutocastPolicy PolicyOf(string op) => s_policies.GetValueOrDefault(op);

    /// <summary>The type in which the operands of a product meet, be autocast open or not.</summary>
    public static DType Promote(DType a, DType b)
    {
        var dtype = DTypes.Promote(a, b);
        return dtype == DType.Float32 && EngineThread.Current.Autocast is { } state ? state.Type : dtype;
    }

    /// <summary>The type in which elements are summed up that come in a type: Float32 for halves while autocast is open.</summary>
    public static DType Wide(DType dtype) => dtype.IsHalf && EngineThread.Current.Autocast is not null ? DType.Float32 : dtype;

    /// <summary>Applies an op with its inputs cast, if they are to be.</summary>
    /// <returns>False, with nothing done, where inputs and results are right as they are.</returns>
    public bool TryApply(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        var policy = PolicyOf(primitive.Name);
        if (policy == AutocastPolicy.Follow)
            return false;
        if (policy == AutocastPolicy.HalfResult)
        {
            thread.Autocast = null;
            try
            {
                Engine.Execute(primitive, inputs, outputs);
                foreach (ref var output in outputs)
                {
                    if (output.DType == DType.Float32)
                        output = output.To(Type);
                }
            }
            finally
            {
                thread.Autocast = this;
            }
            return true;
        }
        bool single = false, half = false;
        foreach (var input in inputs)
        {
            single |= input.DType == DType.Float32;
            half |= input.DType.IsHalf;
        }
        var (from, to) = policy == AutocastPolicy.Half ? (DType.Float32, Type) : (DType.BFloat16, DType.Float32);
        if (policy switch { AutocastPolicy.Half => !single, AutocastPolicy.Single => !half, _ => !(single && half) })
            return false;
        var cast = new Tensor[inputs.Length];
        for (int i = 0; i < cast.Length; i++)
            cast[i] = inputs[i].DType == from || (from.IsHalf && inputs[i].DType.IsHalf) ? inputs[i].To(to) : inputs[i];
        Engine.Execute(primitive, cast, outputs);
        return true;
    }

    private static FrozenDictionary<string, AutocastPolicy> Policies(params ReadOnlySpan<(AutocastPolicy Policy, string Ops)> lists)
    {
        var policies = new Dictionary<string, AutocastPolicy>();
        foreach (var (policy, ops) in lists)
        {
            foreach (string op in ops.Split(' '))
                policies.Add(op, policy);
        }
        return policies.ToFrozenDictionary();
    }
}
