namespace Hebb;

/// <summary>The kinds of device that can hold tensors.</summary>
public enum DeviceKind : byte
{
    Cpu,
    Cuda,
}

/// <summary>Where a tensor lives.</summary>
public readonly record struct Device(DeviceKind Kind, int Index = 0)
{
    /// <summary>Main memory.</summary>
    public static Device Cpu => default;

    public override string ToString() => Kind == DeviceKind.Cpu ? "cpu" : $"cuda:{Index}";
}
