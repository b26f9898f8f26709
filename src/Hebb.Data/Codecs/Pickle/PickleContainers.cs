using System.Numerics;

namespace Hebb.Data;

/// <summary>The containers that pickles fill.</summary>
internal static class PickleContainers
{
    public static OrderedDictionary<object, object?> NewDictionary() => new(KeyComparer.Instance);

    public static HashSet<object> NewSet() => new(KeyComparer.Instance);

    /// <summary>Keys whose hashes a file can't choose: equal ones would make dictionaries slow.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();

        public new bool Equals(object? x, object? y) => object.Equals(x, y);

        public int GetHashCode(object key) => key switch
        {
            long number => HashCode.Combine((int)number, (int)(number >> 32)),
            double number => HashCode.Combine((int)BitConverter.DoubleToInt64Bits(number), (int)(BitConverter.DoubleToInt64Bits(number) >> 32)),
            Complex number => HashCode.Combine(BitConverter.DoubleToInt64Bits(number.Real) >> 32, (int)BitConverter.DoubleToInt64Bits(number.Real), BitConverter.DoubleToInt64Bits(number.Imaginary) >> 32, (int)BitConverter.DoubleToInt64Bits(number.Imaginary)),
            _ => key.GetHashCode(),
        };
    }
}
