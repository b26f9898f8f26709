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

    public bool Equals(Device other) => Kind == other.Kind && Index == other.Index;

    public override int GetHashCode() => HashCode.Combine((int)Kind, Index);

    public override string ToString() => Kind == DeviceKind.Cpu ? "cpu" : $"cuda:{Index}";
}
