namespace Hebb.Data;

/// <summary>The names that a pickle of some kind may use, and what they stand for. Everything else is refused by its name, before anything is done with it.</summary>
internal abstract class PickleNames
{
    /// <summary>What a name stands for: a <see cref="PickleFunction"/>, or a value.</summary>
    /// <exception cref="FormatException">It is not a name of plain data.</exception>
    public abstract object Find(string module, string name);

    /// <summary>Gives an object its state.</summary>
    /// <returns>The bytes that it took.</returns>
    /// <exception cref="FormatException">It is no object that takes one.</exception>
    public abstract long Build(object? target, object? state);
}
