using System.Globalization;
using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Tensors whose data lie in other files, which must be in the model's folder.</summary>
internal sealed class ExternalData(string folder)
{
    private readonly string _folder = Path.GetFullPath(folder);

    /// <exception cref="FormatException">The file is outside the folder, is missing, or is shorter than said.</exception>
    public Tensor Read(TensorProto proto, DType dtype, in Shape shape)
    {
        string? location = null;
        long offset = 0, length = -1;
        foreach (var entry in proto.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = entry.Value;
                    break;
                case "offset":
                    offset = Number(proto, entry);
                    break;
                case "length":
                    length = Number(proto, entry);
                    break;
            }
        }
        long bytes = dtype.BytesFor(shape.Count);
        if (length >= 0 && length != bytes)
            throw new FormatException($"tensor '{proto.Name}' of shape {shape} takes {bytes} bytes, its file is said to hold {length}");
        using var stream = new FileStream(Resolve(proto, location), FileMode.Open, FileAccess.Read, FileShare.Read);
        if (offset > stream.Length || stream.Length - offset < bytes)
            throw new FormatException($"tensor '{proto.Name}': '{location}' ends before its {bytes} bytes at {offset} do");
        if (bytes > Array.MaxLength)
            throw new FormatException($"tensor '{proto.Name}' of shape {shape} is too large");
        stream.Position = offset;
        var buffer = new byte[bytes];
        stream.ReadExactly(buffer);
        return TensorReader.FromBytes(buffer, dtype, shape);
    }

    private static long Number(TensorProto proto, StringStringEntryProto entry) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
            : throw new FormatException($"tensor '{proto.Name}': '{entry.Value}' is no {entry.Key}");

    /// <summary>The file, if it and everything on the way to it are in the folder: a link may lead nowhere else.</summary>
    private string Resolve(TensorProto proto, string? location)
    {
        if (string.IsNullOrEmpty(location) || location.Contains('\0') || Path.IsPathRooted(location) || location.Split('/', '\\').Contains(".."))
            throw new FormatException($"tensor '{proto.Name}': '{location}' is no file in the model's folder");
        string path = _folder;
        foreach (string part in location.Split('/', '\\'))
        {
            path = Path.Combine(path, part);
            if (File.Exists(path) || Directory.Exists(path))
            {
                if (new FileInfo(path).LinkTarget is not null)
                    throw new FormatException($"tensor '{proto.Name}': '{location}' is a link, which is not followed");
            }
        }
        return File.Exists(path) ? path : throw new FormatException($"tensor '{proto.Name}': there is no file '{location}' beside the model");
    }
}
