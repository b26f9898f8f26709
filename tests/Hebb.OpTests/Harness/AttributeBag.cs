using System.Globalization;
using Hebb.Ops;

namespace Hebb.OpTests;

/// <summary>Attributes by name: filled by one primitive, read by another.</summary>
internal sealed class AttributeBag(bool reading) : AttributeVisitor
{
    private readonly Dictionary<string, object> _values = [];

    public AttributeBag ForReading()
    {
        var bag = new AttributeBag(reading: true);
        foreach (var (name, value) in _values)
            bag._values.Add(name, value);
        return bag;
    }

    public override void Int(string name, ref int value) => Visit(name, ref value);

    public override void Long(string name, ref long value) => Visit(name, ref value);

    public override void Float(string name, ref double value) => Visit(name, ref value);

    public override void Bool(string name, ref bool value) => Visit(name, ref value);

    public override void Text(string name, ref string value) => Visit(name, ref value);

    public override void Ints(string name, ref int[] value) => Visit(name, ref value);

    public override void Longs(string name, ref long[] value) => Visit(name, ref value);

    public override void Floats(string name, ref double[] value) => Visit(name, ref value);

    private void Visit<T>(string name, ref T value) where T : notnull
    {
        if (reading)
            value = (T)_values[name];
        else
            _values.Add(name, value);
    }

    public override string ToString() => string.Join("; ", _values.OrderBy(p => p.Key).Select(p => $"{p.Key}={Text(p.Value)}"));

    private static string Text(object value) => value is Array array
        ? $"[{string.Join(", ", array.Cast<object>().Select(Text))}]"
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
