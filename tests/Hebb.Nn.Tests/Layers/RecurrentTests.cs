namespace Hebb.Nn.Tests;

/// <summary>Recurrent layers and cells against PyTorch 1.13.1: names of their state, outputs, states after, all gradients; and what they do beyond numbers.</summary>
public class RecurrentTests
{
    private const double Tolerance = 2e-5;

    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("recurrent");

    internal static Module Make(string name)
    {
        var relu = name.StartsWith("rnn_relu") ? Nonlinearity.ReLU : Nonlinearity.Tanh;
        string form = name.Replace("_relu", "");
        form = form[(form.IndexOf('_') + 1)..];
        var (input, hidden, layers, bias, first, both) = form switch
        {
            "state" => (3, 4, 2, false, false, false),
            "both" => (3, 3, 2, true, true, true),
            "lengths" => (2, 3, 2, true, false, true),
            "single" => (3, 4, 1, true, false, false),
            "cell_single" => (3, 5, 1, false, false, false),
            "proj_lengths" => (2, 4, 2, true, false, true),
            _ => (3, 5, 1, true, false, false),
        };
        bool cell = form.StartsWith("cell");
        return name[..3] switch
        {
            "lst" => cell ? new LSTMCell(input, hidden, bias) : new LSTM(input, hidden, layers, bias, first, bidirectional: both, projSize: form == "proj" ? 2 : form == "proj_lengths" ? 3 : 0),
            "gru" => cell ? new GRUCell(input, hidden, bias) : new GRU(input, hidden, layers, bias, first, bidirectional: both),
            _ => cell ? new RNNCell(input, hidden, bias, relu == Nonlinearity.ReLU) : new RNN(input, hidden, layers, bias, first, bidirectional: both, nonlinearity: relu),
        };
    }

    internal static Tensor[] Run(Module module, Tensor x, Tensor[] states, Tensor? lengths)
    {
        var (h, c) = (states.Length > 0 ? states[0] : null, states.Length > 1 ? states[1] : null);
        switch (module)
        {
            case LSTM lstm:
                var (y, hidden, cell) = lstm.CallWithState(x, h, c, lengths);
                return [y, hidden, cell];
            case GRU gru:
                var (output, last) = gru.CallWithState(x, h, lengths);
                return [output, last];
            case RNN rnn:
                (output, last) = rnn.CallWithState(x, h, lengths);
                return [output, last];
            case LSTMCell lstmCell:
                (hidden, cell) = lstmCell.CallWithState(x, h, c);
                return [hidden, cell];
            default:
                return [h is null ? module.Call(x) : module.Call(x, h)];
        }
    }

    [Theory, MemberData(nameof(Cases)), Trait("Isa", "slice")]
    public void AsPyTorch(string name)
    {
        var golden = Golden.Load("recurrent", name);
        var module = Make(name);
        Assert.True(module.LoadStateDict(LayerGoldenTests.Under(golden, "before.")).IsComplete);
        var x = golden["x"].Clone().RequireGrad();
        Tensor[] states = [.. golden.Keys.Where(k => k is "s0" or "s1").Order().Select(k => golden[k].Clone().RequireGrad())];
        var outputs = Run(module, x, states, golden.GetValueOrDefault("lengths"));
        string[] names = [.. golden.Keys.Where(k => k == "y").Concat(golden.Keys.Where(k => k.StartsWith("after")).Order())];
        Assert.Equal(names.Length, outputs.Length);
        Tensor? sum = null;
        for (int i = 0; i < names.Length; i++)
        {
            Check.Close(golden[names[i]], outputs[i].Detach(), Tolerance, $"{name}, {names[i]}");
            var term = (outputs[i] * Tensor.Linspace(0.5, 1.5, (int)outputs[i].Count).Reshape(outputs[i].Shape)).Sum();
            sum = sum is null ? term : sum + term;
        }
        sum!.Backward();
        Check.Close(golden["gx"], x.Grad!, Tolerance, $"{name}, gradient of the input");
        for (int i = 0; i < states.Length; i++)
            Check.Close(golden[$"gs{i}"], states[i].Grad!, Tolerance, $"{name}, gradient of state {i}");
        foreach (var (path, parameter) in module.NamedParameters())
            Check.Close(golden[$"grad.{path}"], parameter.Grad!, Tolerance, $"{name}, gradient of {path}");
        Tensor[] first = [.. states.Select(s => s.Detach())];
        GoldenLayer.TwoSteps(name, golden, module, () => Run(module, golden["x"], first, golden.GetValueOrDefault("lengths")));
    }

    [Fact]
    public void CallGivesTheOutputsAlone()
    {
        var x = Check.Random(1, 4, 2, 3);
        var lstm = new LSTM(3, 5, 2);
        var (y, h, c) = lstm.CallWithState(x);
        Check.Close(y.Detach(), lstm.Call(x).Detach(), 0, "without states");
        var (again, _, _) = lstm.CallWithState(x, h, c);
        Check.Close(again.Detach(), lstm.Call(x, h, c).Detach(), 0, "with states");
        Assert.Equal([4, 2, 5], new Sequential(lstm, new Linear(5, 5)).Call(x).Shape.Dims.ToArray());
    }

    [Fact]
    public void StepsOfACellAreALayer()
    {
        var x = Check.Random(2, 4, 2, 3);
        var layer = new GRU(3, 5);
        var cell = new GRUCell(3, 5);
        cell.LoadStateDict(layer.StateDict().ToDictionary(p => p.Key.Replace("_l0", ""), p => p.Value));
        var h = cell.Call(x.Select(0, 0));
        for (int t = 1; t < 4; t++)
            h = cell.Call(x.Select(0, t), h);
        Check.Close(layer.Call(x).Select(0, 3).Detach(), h.Detach(), 1e-6, "the last step");
    }

    [Fact]
    public void DropsBetweenLayersInTrainModeOnly()
    {
        var x = Check.Random(3, 4, 2, 3);
        var gru = new GRU(3, 8, 2, dropout: 0.5, rng: new Rng(1));
        Assert.NotEqual(gru.Call(x).Detach().ToArray<float>(), gru.Call(x).Detach().ToArray<float>());
        gru.Eval();
        Check.Close(gru.Call(x).Detach(), gru.Call(x).Detach(), 0, "eval mode");
        var one = new GRU(3, 8, dropout: 0.5);
        Check.Close(one.Call(x).Detach(), one.Call(x).Detach(), 0, "a single layer");
    }

    [Fact]
    public void FirstValuesAreWithinTheRootOfTheHiddenSize()
    {
        var lstm = new LSTM(3, 64, 2, bidirectional: true, rng: new Rng(2));
        Assert.Equal(16, lstm.Parameters().Count);
        Assert.Equal([256, 128], lstm.WeightIh(1, reverse: true).Shape.Dims.ToArray());
        foreach (var (name, parameter) in lstm.NamedParameters())
        {
            double most = parameter.Value.Abs().Max().Item();
            Assert.True(most is > 0.1 and <= 0.125, $"{name}: {most}");
        }
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        var lstm = new LSTM(3, 5, 2);
        Assert.Contains("LSTM: input [2, 3, 4] is not [steps, examples, 3] or, for one example, [steps, 3]", Assert.Throws<ShapeException>(() => lstm.Call(Tensor.Zeros([2, 3, 4]))).Message);
        Assert.Contains("LSTM: first hidden states [1, 3, 5] must be [2, 3, 5]", Assert.Throws<ShapeException>(() => lstm.CallWithState(Tensor.Zeros([2, 3, 3]), Tensor.Zeros([1, 3, 5]))).Message);
        Assert.Contains("LSTM: there is no layer 0 in reverse", Assert.Throws<ShapeException>(() => lstm.WeightIh(0, reverse: true)).Message);
        Assert.Contains("LSTM takes one tensor, or three", Assert.Throws<HebbException>(() => lstm.Call(Tensor.Zeros([2, 3, 3]), Tensor.Zeros([2, 3, 5]))).Message);
        Assert.Contains("GRU(3, 0, numLayers: 1): there must be at least one hidden number", Assert.Throws<ShapeException>(() => new GRU(3, 0)).Message);
        Assert.Contains("RNN: nonlinearity SELU is neither Tanh nor ReLU", Assert.Throws<HebbException>(() => new RNN(3, 4, nonlinearity: Nonlinearity.SELU)).Message);
        Assert.Contains("GRU: probability 2 is not between 0 and 1", Assert.Throws<HebbException>(() => new GRU(3, 4, dropout: 2)).Message);
        Assert.Contains("LSTMCell: input [2, 4] is not [examples, 3]", Assert.Throws<ShapeException>(() => new LSTMCell(3, 4).Call(Tensor.Zeros([2, 4]))).Message);
        Assert.Contains("GRUCell: hidden state [3, 4] must be [2, 4] for input [2, 3]", Assert.Throws<ShapeException>(() => new GRUCell(3, 4).Call(Tensor.Zeros([2, 3]), Tensor.Zeros([3, 4]))).Message);
        Assert.Equal("LSTM(3, 5, numLayers: 2)", lstm.ToString());
        Assert.Equal("LSTM(3, 5, projSize: 2)", new LSTM(3, 5, projSize: 2).ToString());
        Assert.Equal("GRU(2, 4, bias: false, batchFirst: true, bidirectional: true)", new GRU(2, 4, bias: false, batchFirst: true, bidirectional: true).ToString());
    }
}
