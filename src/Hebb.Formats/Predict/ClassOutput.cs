using Hebb.Compile;

namespace Hebb;

/// <summary>What the numbers are that a classifier gives.</summary>
public enum ClassOutput
{
    /// <summary>As a saved model's last op says: probabilities after a softmax or sigmoid, else logits. Logits for a model that was not loaded.</summary>
    Auto,

    /// <summary>Logits or log-probabilities: a softmax makes them probabilities; a single one, for two classes, a sigmoid.</summary>
    Logits,

    /// <summary>Probabilities.</summary>
    Probabilities,
}

/// <summary>Reads a row of class scores.</summary>
internal sealed class ClassReader(IReadOnlyList<string> labels, int top, bool probabilities)
{
    public static bool GivesProbabilities(Module model, ClassOutput output)
    {
        if (output != ClassOutput.Auto)
            return output == ClassOutput.Probabilities;
        if (model is not LoadedModel loaded)
            return false;
        var value = loaded.Graph.Example.Outputs[0];
        // Shapes and types say nothing about what the numbers are.
        while (value is GraphResult { Node.Primitive.Name: "reshape" or "cast" or "contiguous" or "alias" or "permute" } result)
            value = result.Node.Inputs[0];
        return value is GraphResult { Node.Primitive: var last }
            && (last.Name == "sigmoid" || (last.Name == "softmax" && AttributeRecord.Of(last).Entries.All(e => e.Name != "log" || !(bool)e.Value)));
    }

    public Classification Read(Tensor row)
    {
        float[] scores = row.To(DType.Float32).ToArray<float>();
        double[] all = Array.ConvertAll(scores, s => (double)s);
        if (scores.Length == 1 && labels.Count == 2)
        {
            double p = probabilities ? all[0] : 1 / (1 + Math.Exp(-all[0]));
            all = [1 - p, p];
        }
        else if (!probabilities)
        {
            Softmax(all);
        }
        if (all.Length != labels.Count)
            throw new ShapeException($"the model gives {row.Shape} for an input, but there are {labels.Count} labels");
        if (Array.Exists(all, double.IsNaN))
            throw new DataException("the model gives NaN for this input");
        int[] order = [.. Enumerable.Range(0, all.Length)];
        // Stable: of equals the first stays first.
        order = [.. order.OrderByDescending(i => all[i]).Take(top)];
        return new Classification(Array.ConvertAll(order, i => new ScoredLabel(labels[i], i, all[i])));
    }

    private static void Softmax(double[] x)
    {
        double max = x.Max(), sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] = Math.Exp(x[i] - max);
        for (int i = 0; i < x.Length; i++)
            x[i] /= sum;
    }
}
