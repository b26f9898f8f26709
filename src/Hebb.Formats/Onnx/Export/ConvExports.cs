namespace Hebb.Onnx.Export;

/// <summary>Convolutions over any number of axes, and their transposes.</summary>
internal static class ConvExports
{
    public static void Add(ExportTable table)
    {
        table.Add("conv", n =>
        {
            int[] begin = n.Ints("pad_begin"), end = n.Ints("pad_end");
            string x = n.In(0);
            if (begin.Concat(end).Any(p => p < 0))
            {
                // ONNX's convolution leaves out no input; its padding does.
                x = n.Op("Pad", x, n.Longs([0, 0, .. begin.Select(p => (long)p), 0, 0, .. end.Select(p => (long)p)]));
                Array.Clear(begin);
                Array.Clear(end);
            }
            n.Set(n.Op("Conv", [x, n.In(1), n.In(2)], ("kernel_shape", Kernel(n)), ("strides", n.Ints("stride")), ("pads", (int[])[.. begin, .. end]), ("dilations", n.Ints("dilation")), ("group", n.Int("groups"))));
        });
        table.Add("conv_transpose", n =>
        {
            int[] begin = n.Ints("pad_begin"), end = n.Ints("pad_end"), extra = n.Ints("extra"), stride = n.Ints("stride");
            for (int i = 0; i < end.Length; i++)
            {
                // Elements more at the end are elements less that are cut off there.
                extra[i] -= end[i];
                end[i] = Math.Max(-extra[i], 0);
                extra[i] = Math.Max(extra[i], 0);
            }
            if (Array.Exists(begin, p => p < 0))
                throw new ExportException("ONNX's ConvTranspose gives nothing before its first place");
            // Past what the operator gives there is only the bias.
            bool longer = Enumerable.Range(0, extra.Length).Any(i => extra[i] >= stride[i]);
            int[] beyond = longer ? extra : new int[extra.Length], added = longer ? new int[extra.Length] : extra;
            string y = n.Op("ConvTranspose", [n.In(0), n.In(1), longer ? "" : n.In(2)],
                ("kernel_shape", Kernel(n)), ("strides", stride), ("pads", (int[])[.. begin, .. end]), ("dilations", n.Ints("dilation")), ("group", n.Int("groups")), ("output_padding", added));
            if (longer)
                y = n.Op("Pad", y, n.Longs([.. new long[2 + begin.Length], 0, 0, .. beyond.Select(e => (long)e)]));
            n.Set(longer && n.Count > 2 ? n.Op("Add", y, n.Op("Unsqueeze", n.In(2), n.Longs([.. Enumerable.Range(1, begin.Length).Select(i => (long)i)]))) : y);
        });
    }

    private static int[] Kernel(NodeExport n) => n.Spec(1).Shape.Dims[2..].ToArray();
}
