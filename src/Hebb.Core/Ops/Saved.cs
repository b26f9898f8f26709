namespace Hebb.Ops;

/// <summary>Which values of an op its reverse derivative needs.</summary>
[Flags]
public enum Saved
{
    None = 0,
    Input0 = 1 << 0,
    Input1 = 1 << 1,
    Input2 = 1 << 2,
    Input3 = 1 << 3,
    Input4 = 1 << 4,

    /// <summary>All inputs, however many.</summary>
    Inputs = 0xFFFF,
    Output0 = 1 << 16,
    Output1 = 1 << 17,
    Output2 = 1 << 18,

    /// <summary>All outputs.</summary>
    Outputs = 0x7FFF << 16,
}
