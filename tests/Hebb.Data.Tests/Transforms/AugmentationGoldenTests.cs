using System.IO.Compression;
using System.Text.Json;

namespace Hebb.Data.Tests;

/// <summary>Changes of given strength, against torchvision on the same pictures.</summary>
public class AugmentationGoldenTests
{
    private static readonly Dictionary<string, Tensor> s_tensors = Read();

    public static IEnumerable<TheoryDataRow<string>> Names() => s_tensors.Keys.Where(n => n.Contains(' ')).Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Names))]
    public void PicturesAreTheirs(string name)
    {
        var (kind, change) = (name[..name.IndexOf(' ')], name[(name.IndexOf(' ') + 1)..]);
        var image = s_tensors[kind];
        // Three pictures: each is worked on alone.
        var made = Change(Tensor.Cat([image, image.Flip(-1), image], 0), change);
        var expected = s_tensors[name];
        foreach (int row in (int[])[0, 2])
        {
            var found = made[row..(row + 1)];
            Assert.Equal((expected.Shape, expected.DType), (found.Shape, found.DType));
            double[] a = expected.To(DType.Float64).ToArray<double>(), b = found.To(DType.Float64).ToArray<double>();
            if (kind == "floats")
            {
                for (int i = 0; i < a.Length; i++)
                    Assert.Equal(a[i], b[i], 2e-5);
                continue;
            }
            // Where weights are floats, the last bit of a sum may tip a half.
            bool rounded = change.Split(' ')[0] is "blur" or "grow" or "shrink" or "antialias" or "affine" or "rotate" or "shear" or "sheary" or "filled" or "perspective";
            int wrong = a.Zip(b).Count(p => p.First != p.Second);
            Assert.True(wrong <= (rounded ? a.Length / 30 : 0), $"{wrong} of {a.Length} differ");
            Assert.All(a.Zip(b), p => Assert.InRange(p.Second - p.First, -1, 1));
        }
    }

    private static Tensor Change(Tensor x, string change)
    {
        int height = x.Shape[2], width = x.Shape[3];
        double number = double.TryParse(change.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture, out double parsed) ? parsed : 0;
        bool nearest = change.EndsWith("nearest");
        var mode = nearest ? Resample.Nearest : change.EndsWith("bicubic") ? Resample.Bicubic : Resample.Bilinear;
        return change.Split(' ')[0] switch
        {
            "brightness" => ImageOps.AdjustBrightness(x, number),
            "contrast" => ImageOps.AdjustContrast(x, number),
            "saturation" => ImageOps.AdjustSaturation(x, number),
            "sharpness" => ImageOps.AdjustSharpness(x, number),
            "hue" => ImageOps.AdjustHue(x, number),
            "gray" => ImageOps.Grayscale(x),
            "invert" => ImageOps.Invert(x),
            "solarize" => ImageOps.Solarize(x, 0.5),
            "autocontrast" => ImageOps.AutoContrast(x),
            "posterize" => ImageOps.Posterize(x, 3),
            "equalize" => ImageOps.Equalize(x),
            "blur" => ImageOps.GaussianBlur(x, 5, 1.2),
            "grow" => ImageOps.Resize(x, 23, 25, mode),
            "shrink" => ImageOps.Resize(x, 5, 7, mode),
            "antialias" => ImageOps.Resize(x, 5, 7, mode, antialias: true),
            "affine" => ImageOps.Affine(x, 25, 3, -2, 1.3, 10, -15, nearest),
            "rotate" => ImageOps.Rotate(x, 33, nearest),
            "shear" or "sheary" => Shear(x, change[5] == 'y', nearest),
            "filled" => ImageOps.Affine(x, -40, 0, 1, 0.8, fill: 0.4),
            "perspective" => ImageOps.Perspective(x, [(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], [(1, 2), (width - 3, 0), (width - 2, height - 4), (3, height - 1)]),
            _ => (change == "center" ? new CenterCrop(6, 9) : new CenterCrop(20, 24)).Apply(x),
        };
    }

    private static Tensor Shear(Tensor x, bool alongY, bool nearest)
    {
        double degrees = double.RadiansToDegrees(Math.Atan(0.3)), left = -x.Shape[3] * 0.5, top = -x.Shape[2] * 0.5;
        var map = alongY ? PlaneMap.Affine(0, 0, 0, 1, 0, degrees, left, top) : PlaneMap.Affine(0, 0, 0, 1, degrees, 0, left, top);
        return ImageBatch.Map(x, "shear", x.Shape[2], x.Shape[3], (int _, in Picture p) => Warp.Run(p, map, nearest));
    }

    private static Dictionary<string, Tensor> Read()
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream("augmentation.jsonl.gz")!;
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        var tensors = new Dictionary<string, Tensor>();
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            int[] shape = [.. json.RootElement.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
            double[] data = [.. json.RootElement.GetProperty("data").EnumerateArray().Select(d => d.GetDouble())];
            tensors.Add(json.RootElement.GetProperty("name").GetString()!, Tensor.From<double>(data, shape).To(json.RootElement.GetProperty("dtype").GetString() == "uint8" ? DType.UInt8 : DType.Float32));
        }
        return tensors;
    }
}
