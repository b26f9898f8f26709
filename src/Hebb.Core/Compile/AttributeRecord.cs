using System.Globalization;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// The attributes of a primitive as plain values: <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, or
/// arrays of int, long or double, in the order in which the primitive names them. Element types and enumerations are strings, shapes are int[].
/// </summary>
public sealed class AttributeRecord
{
    private readonly List<(string Name, object Value)> _entries;

    private AttributeRecord(List<(string, object)> entries) => _entries = entries;

    /// <summary>The attributes of a primitive.</summary>
    public static AttributeRecord Of(Primitive primitive)
    {
        var writer = new Writer();
        primitive.Describe(writer);
        return new AttributeRecord(writer.Entries);
    }

    /// <summary>Names and values.</summary>
    public IReadOnlyList<(string Name, object Value)> Entries => _entries;

    /// <summary>The same attributes with some values replaced.</summary>
    /// <param name="replace">Gives an attribute's new value, of the same type.</param>
    public AttributeRecord With(Func<string, object, object> replace) => new(_entries.ConvertAll(e => (e.Name, replace(e.Name, e.Value))));

    /// <summary>A fresh primitive of that name with these attributes.</summary>
    /// <exception cref="FormatException">There is no such op, or it has other attributes.</exception>
    public Primitive Create(string name) => Create(name, (attribute, _) => _entries.Find(e => e.Name == attribute).Value, _entries.Count);

    /// <summary>A fresh primitive whose attributes come from elsewhere.</summary>
    /// <param name="name">The op's name in the registry.</param>
    /// <param name="value">Gives an attribute by name and the type asked for, null where there is none. Its type is checked.</param>
    /// <param name="count">How many attributes there are: all must be asked for.</param>
    /// <exception cref="FormatException">There is no such op, or an attribute is missing that has no value for that case, is of another type, or unknown to the op.</exception>
    public static Primitive Create(string name, Func<string, Type, object?> value, int count)
    {
        var primitive = PrimitiveRegistry.Create(name);
        var reader = new Reader(name, value);
        primitive.Describe(reader);
        return reader.Read == count ? primitive : throw new FormatException($"{name} has {reader.Read} attributes, not {count}");
    }

    /// <summary>Whether two attribute values are the same, bit for bit.</summary>
    public static bool ValuesEqual(object a, object b) => (a, b) switch
    {
        (int[] x, int[] y) => x.AsSpan().SequenceEqual(y),
        (long[] x, long[] y) => x.AsSpan().SequenceEqual(y),
        (double[] x, double[] y) => x.Length == y.Length && x.Zip(y).All(p => Same(p.First, p.Second)),
        (double x, double y) => Same(x, y),
        _ => a.Equals(b),
    };

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    public override string ToString() => string.Join(", ", _entries.Select(e => $"{e.Name}={Text(e.Value)}"));

    internal static string Text(object value) => value switch
    {
        int[] array => $"[{string.Join(", ", array)}]",
        long[] array => $"[{string.Join(", ", array)}]",
        double[] array => $"[{string.Join(", ", array.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}]",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private sealed class Writer : AttributeVisitor
    {
        public List<(string, object)> Entries { get; } = [];

        public override void Int(string name, ref int value) => Entries.Add((name, value));

        public override void Long(string name, ref long value) => Entries.Add((name, value));

        public override void Float(string name, ref double value) => Entries.Add((name, value));

        public override void Bool(string name, ref bool value) => Entries.Add((name, value));

        public override void Text(string name, ref string value) => Entries.Add((name, value));

        public override void Ints(string name, ref int[] value) => Entries.Add((name, (int[])value.Clone()));

        public override void Longs(string name, ref long[] value) => Entries.Add((name, (long[])value.Clone()));

        public override void Floats(string name, ref double[] value) => Entries.Add((name, (double[])value.Clone()));
    }

    private sealed class Reader(string op, Func<string, Type, object?> value) : AttributeVisitor
    {
        public int Read { get; private set; }

        protected override bool Has(string name, Type type) => value(name, type) is not null;

        public override void Int(string name, ref int value) => value = Take<int>(name);

        public override void Long(string name, ref long value) => value = Take<long>(name);

        public override void Float(string name, ref double value) => value = Take<double>(name);

        public override void Bool(string name, ref bool value) => value = Take<bool>(name);

        public override void Text(string name, ref string value) => value = Take<string>(name);

        public override void Ints(string name, ref int[] value) => value = (int[])Take<int[]>(name).Clone();

        public override void Longs(string name, ref long[] value) => value = (long[])Take<long[]>(name).Clone();

        public override void Floats(string name, ref double[] value) => value = (double[])Take<double[]>(name).Clone();

        private T Take<T>(string name)
        {
            Read++;
            return value(name, typeof(T)) switch
            {
                T found => found,
                null => throw new FormatException($"{op}: the attribute {name} is missing"),
                var other => throw new FormatException($"{op}: the attribute {name} is {other.GetType().Name}, not {typeof(T).Name}"),
            };
        }
    }
}
