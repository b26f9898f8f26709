namespace Hebb;

/// <summary>
/// An axis of an input whose size changes from call to call. Axes of one name have the same size: <c>new("batch", 0, 0), new("batch", 1, 0), new("time", 0, 1)</c>.
/// </summary>
/// <param name="Name">What errors call it; the same for axes of the same size.</param>
/// <param name="Input">Which input, from 0.</param>
/// <param name="Axis">Which of its axes; negative ones count from the end.</param>
public readonly record struct DynamicAxis(string Name, int Input, int Axis);
