using System.Numerics;
using System.Numerics.Tensors;

namespace Hebb.Ops;

internal static unsafe partial class AxisKernel
{
    /// <summary>How a value joins the one that is there.</summary>
    public interface ICombine
    {
        static abstract T Combine<T>(T old, T value) where T : unmanaged, INumber<T>;

        /// <summary>The same for neighbouring places.</summary>
        static abstract void Combine<T>(Span<T> old, ReadOnlySpan<T> values) where T : unmanaged, INumber<T>;
    }

    public readonly struct Replace : ICombine
    {
        public static T Combine<T>(T old, T value) where T : unmanaged, INumber<T> => value;

        public static void Combine<T>(Span<T> old, ReadOnlySpan<T> values) where T : unmanaged, INumber<T> => values.CopyTo(old);
    }

    public readonly struct Sum : ICombine
    {
        public static T Combine<T>(T old, T value) where T : unmanaged, INumber<T> => old + value;

        public static void Combine<T>(Span<T> old, ReadOnlySpan<T> values) where T : unmanaged, INumber<T> => TensorPrimitives.Add(old, values, old);
    }

    public readonly struct Product : ICombine
    {
        public static T Combine<T>(T old, T value) where T : unmanaged, INumber<T> => old * value;

        public static void Combine<T>(Span<T> old, ReadOnlySpan<T> values) where T : unmanaged, INumber<T> => TensorPrimitives.Multiply(old, values, old);
    }

    public readonly struct Greatest : ICombine
    {
        public static T Combine<T>(T old, T value) where T : unmanaged, INumber<T> => T.Max(old, value);

        public static void Combine<T>(Span<T> old, ReadOnlySpan<T> values) where T : unmanaged, INumber<T> => TensorPrimitives.Max(old, values, old);
    }

    public readonly struct Least : ICombine
    {
        public static T Combine<T>(T old, T value) where T : unmanaged, INumber<T> => T.Min(old, value);

        public static void Combine<T>(Span<T> old, ReadOnlySpan<T> values) where T : unmanaged, INumber<T> => TensorPrimitives.Min(old, values, old);
    }
}
