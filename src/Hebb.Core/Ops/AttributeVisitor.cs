namespace Hebb.Ops;

/// <summary>Passes over the attributes of a primitive, by name. A reader assigns them, a writer and a comparer look.</summary>
public abstract class AttributeVisitor
{
    public abstract void Int(string name, ref int value);

    public abstract void Long(string name, ref long value);

    public abstract void Float(string name, ref double value);

    public abstract void Bool(string name, ref bool value);

    public abstract void Text(string name, ref string value);

    public abstract void Ints(string name, ref int[] value);

    public abstract void Longs(string name, ref long[] value);

    public abstract void Floats(string name, ref double[] value);

    /// <summary>An attribute that the op gained after files with it were written; where it is not told, it is <paramref name="missing"/>.</summary>
    public void Int(string name, ref int value, int missing)
    {
        if (Has(name, typeof(int)))
            Int(name, ref value);
        else
            value = missing;
    }

    /// <inheritdoc cref="Int(string,ref int,int)"/>
    public void Long(string name, ref long value, long missing)
    {
        if (Has(name, typeof(long)))
            Long(name, ref value);
        else
            value = missing;
    }

    /// <inheritdoc cref="Int(string,ref int,int)"/>
    public void Float(string name, ref double value, double missing)
    {
        if (Has(name, typeof(double)))
            Float(name, ref value);
        else
            value = missing;
    }

    /// <inheritdoc cref="Int(string,ref int,int)"/>
    public void Bool(string name, ref bool value, bool missing)
    {
        if (Has(name, typeof(bool)))
            Bool(name, ref value);
        else
            value = missing;
    }

    /// <inheritdoc cref="Int(string,ref int,int)"/>
    public void Text(string name, ref string value, string missing)
    {
        if (Has(name, typeof(string)))
            Text(name, ref value);
        else
            value = missing;
    }

    /// <summary>Whether a reader has an attribute; to all others, it is there.</summary>
    protected virtual bool Has(string name, Type type) => true;

    /// <summary>A shape; sizes of it may depend on the batch size.</summary>
    public void Shape(string name, ref Shape value)
    {
        int[] sizes = value.ToArray();
        Ints(name, ref sizes);
        value = sizes;
    }

    /// <summary>An element type, by its name.</summary>
    public void DType(string name, ref DType value)
    {
        string text = value.Name;
        Text(name, ref text);
        if (!DTypes.TryParse(text, out value))
            throw new FormatException($"attribute {name}: no element type is called '{text}'");
    }

    /// <summary>An enumeration, by the name of its value.</summary>
    public void Enum<T>(string name, ref T value) where T : struct, Enum
    {
        string text = value.ToString();
        Text(name, ref text);
        if (!System.Enum.TryParse(text, out value))
            throw new FormatException($"attribute {name}: '{text}' is not one of {string.Join(", ", System.Enum.GetNames<T>())}");
    }
}
