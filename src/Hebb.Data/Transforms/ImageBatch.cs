namespace Hebb.Data;

/// <summary>What the picture transforms share.</summary>
internal static class ImageBatch
{
    /// <exception cref="ShapeException">Not [batch, channels, height, width].</exception>
    /// <exception cref="DTypeException">Not Float32.</exception>
    public static (Tensor Images, int Height, int Width) Check(Tensor inputs, string what)
    {
        if (inputs.Rank != 4) throw new ShapeException($"{what}: {inputs.Shape} is not [batch, channels, height, width]");
        if (inputs.DType != DType.Float32) throw new DTypeException($"{what}: the inputs are {inputs.DType.Name}, not float32");
        return (inputs.Contiguous(), inputs.Shape[2], inputs.Shape[3]);
    }

    /// <summary>The value at (x, y) in pixel coordinates, mixed from its four neighbours; those outside are 0.</summary>
    public static float Bilinear(ReadOnlySpan<float> plane, int height, int width, float x, float y)
    {
        // Also catches what is not a number.
        if (!(x > -1 && x < width && y > -1 && y < height)) return 0;
        int left = (int)MathF.Floor(x), top = (int)MathF.Floor(y);
        float right = x - left, down = y - top;
        float upper = At(plane, height, width, left, top) * (1 - right) + At(plane, height, width, left + 1, top) * right;
        float lower = At(plane, height, width, left, top + 1) * (1 - right) + At(plane, height, width, left + 1, top + 1) * right;
        return upper * (1 - down) + lower * down;
    }

    private static float At(ReadOnlySpan<float> plane, int height, int width, int x, int y) =>
        (uint)x < (uint)width && (uint)y < (uint)height ? plane[y * width + x] : 0;
}
