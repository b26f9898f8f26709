namespace Hebb.Onnx.Export;

/// <summary>Activations, and the derivatives that some models call for.</summary>
internal static class ActivationExports
{
    public static void Add(ExportTable table)
    {
        table.Add("relu", n => n.Set(n.Op("Relu", n.In(0, n.DType))));
        table.Add("leaky_relu", n => n.Set(n.Op("LeakyRelu", [n.In(0, n.DType)], ("alpha", n.Float("slope")))));
        table.Add("prelu", n => n.Set(n.Op("PRelu", n.In(0, n.DType), n.In(1, n.DType))));
        table.Add("elu", Elu);
        table.Add("gelu", n => n.Set(n.Op("Gelu", n.In(0, n.DType))));
        table.Add("gelu_tanh", n => n.Set(n.Op("Gelu", [n.In(0, n.DType)], ("approximate", "tanh"))));
        table.Add("silu", n =>
        {
            string x = n.In(0, n.DType);
            n.Set(n.Opset >= 24 ? n.Op("Swish", x) : n.Op("Mul", x, n.Op("Sigmoid", x)));
        });
        table.Add("mish", n => n.Set(n.Op("Mish", n.In(0, n.DType))));
        table.Add("hardswish", n => n.Set(n.Op("HardSwish", n.In(0, n.DType))));
        table.Add("hardsigmoid", n => n.Set(n.Op("HardSigmoid", [n.In(0, n.DType)], ("alpha", 1 / 6.0), ("beta", 0.5))));
        table.Add("hardtanh", n => n.Set(n.Op("Clip", n.In(0, n.DType), n.Number(n.Float("min")), n.Number(n.Float("max")))));
        table.Add("hardshrink", n => n.Set(n.Op("Shrink", [n.In(0, n.DType)], ("lambd", n.Float("lambda")), ("bias", 0.0))));
        table.Add("softshrink", n => n.Set(n.Op("Shrink", [n.In(0, n.DType)], ("lambd", n.Float("lambda")), ("bias", n.Float("lambda")))));
        table.Add("softsign", n => n.Set(n.Op("Softsign", n.In(0, n.DType))));
        table.Add("tanhshrink", n => n.Set(n.Op("Sub", n.In(0, n.DType), n.Op("Tanh", n.In(0, n.DType)))));
        table.Add("log_sigmoid", n => n.Set(n.Op("Neg", n.Op("Softplus", n.Op("Neg", n.In(0, n.DType))))));
        table.Add("softplus", Softplus);
        table.Add("threshold", n =>
        {
            string x = n.In(0, n.DType);
            n.Set(n.Op("Where", n.Op("LessOrEqual", x, n.Number(n.Float("threshold"))), n.Number(n.Float("value")), x));
        });
        table.Add("softmax", n => n.Set(n.Op("Softmax", [n.In(0)], ("axis", n.Int("axis")))));
        table.Add("log_softmax", n => n.Set(n.Op("LogSoftmax", [n.In(0)], ("axis", n.Int("axis")))));
        Derivatives(table);
    }

    private static void Elu(NodeExport n)
    {
        double positive = n.Float("positive"), negative = n.Float("negative"), rate = n.Float("rate");
        string x = n.In(0, n.DType);
        if (positive == 1 && rate == 1)
            n.Set(n.Op("Elu", [x], ("alpha", negative)));
        else if (positive == 1 && Math.Abs(negative * rate - 1) < 1e-12)
            n.Set(n.Op("Celu", [x], ("alpha", negative)));
        else if (rate == 1)
            n.Set(n.Op("Selu", [x], ("alpha", negative / positive), ("gamma", positive)));
        else
            n.Set(n.Op("Where", n.Op("Greater", x, n.Number(0)), n.Op("Mul", x, n.Number(positive)), n.Op("Mul", ElementwiseExports.Expm1(n, n.Op("Mul", x, n.Number(rate))), n.Number(negative))));
    }

    // Past the threshold softplus is its argument to the last bit or two: ONNX's has none.
    private static void Softplus(NodeExport n)
    {
        double beta = n.Float("beta"), threshold = n.Float("threshold");
        string x = n.In(0, n.DType), scaled = beta == 1 ? x : n.Op("Mul", x, n.Number(beta)), y = n.Op("Softplus", scaled);
        if (beta != 1)
            y = n.Op("Div", y, n.Number(beta));
        n.Set(threshold >= 15 ? y : n.Op("Where", n.Op("Greater", scaled, n.Number(threshold)), x, y));
    }

    private static void Derivatives(ExportTable table)
    {
        table.Add("relu_grad", n => Where(n, "Greater", x => n.Number(0)));
        table.Add("leaky_relu_grad", n => Where(n, "Greater", d => n.Op("Mul", d, n.Number(n.Float("slope")))));
        table.Add("sigmoid_grad", n =>
        {
            string[] x = n.Operands(n.DType);
            n.Set(n.Op("Mul", x[0], n.Op("Mul", x[1], n.Op("Sub", n.Number(1), x[1]))));
        });
        table.Add("tanh_grad", n =>
        {
            string[] x = n.Operands(n.DType);
            n.Set(n.Op("Mul", x[0], n.Op("Sub", n.Number(1), n.Op("Mul", x[1], x[1]))));
        });
        table.Add("silu_grad", n =>
        {
            string[] x = n.Operands(n.DType);
            string s = n.Op("Sigmoid", x[1]), slope = n.Op("Add", n.Number(1), n.Op("Mul", x[1], n.Op("Sub", n.Number(1), s)));
            n.Set(n.Op("Mul", n.Op("Mul", x[0], s), slope));
        });
    }

    private static void Where(NodeExport n, string test, Func<string, string> otherwise)
    {
        string[] x = n.Operands(n.DType);
        n.Set(n.Op("Where", n.Op(test, x[1], n.Number(0)), x[0], otherwise(x[0])));
    }
}
