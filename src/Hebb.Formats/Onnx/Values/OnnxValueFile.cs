using Hebb.Data;
using Hebb.Onnx;
using Hebb.Onnx.Proto;

namespace Hebb;

/// <summary>Values in files of their own: tensors as NumPy's <c>.npy</c>, any value as ONNX's <c>.pb</c>.</summary>
public static class OnnxValueFile
{
    /// <summary>Reads a value.</summary>
    /// <param name="path">A file whose name ends in <c>.npy</c>, or one that holds a message of ONNX.</param>
    /// <param name="model">The model that the value is for: its input of <paramref name="input"/> tells what a <c>.pb</c> file holds. Without it that is a tensor.</param>
    /// <param name="input">The input's name.</param>
    /// <exception cref="Hebb.FormatException">The file is damaged.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static OnnxValue Read(string path, OnnxModel? model = null, string? input = null)
    {
        if (path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            return Npy.Read(path);
        var type = model?.Graph.AllInputs.FirstOrDefault(p => p.Name == input)?.Type;
        return ValueReader.Read(File.ReadAllBytes(path), type, path).Value;
    }

    internal static (string Name, OnnxValue Value) Read(string path, TypeProto? type) => ValueReader.Read(File.ReadAllBytes(path), type, path);
}
