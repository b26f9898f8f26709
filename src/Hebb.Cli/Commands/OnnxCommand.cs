using System.CommandLine;
using System.Diagnostics;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb onnx check DIR</c> and <c>hebb onnx run MODEL</c>.</summary>
internal static class OnnxCommand
{
    public static Command Create() => new("onnx", "Run ONNX models, and check them against expected outputs") { Check(), Run() };

    private static Command Check()
    {
        var folder = new Argument<string>("DIR") { Description = "A folder of cases: model.onnx with test_data_set_*/input_*.pb and output_*.pb" };
        var filter = new Option<string?>("--filter") { Description = "Only cases whose names contain this text", HelpName = "TEXT" };
        var command = new Command("check", "Run every case of a conformance suite and tell which outputs differ") { folder, filter };
        command.SetAction(session => Check(session, session.Value(folder), session.Value(filter)));
        return command;
    }

    private static int Check(Session session, string folder, string? filter)
    {
        var watch = Stopwatch.StartNew();
        var results = new List<OnnxCaseResult>();
        foreach (string model in OnnxCases.Find(folder, filter))
        {
            session.Cancellation.ThrowIfCancellationRequested();
            var result = OnnxCases.Run(folder, model);
            results.Add(result);
            if (result.Status != OnnxCaseStatus.Passed)
                session.Output.Line($"{result.Status.ToString().ToLowerInvariant()}  {result.Name}: {result.Reason}");
        }
        if (results.Count == 0)
            throw new DataException($"{folder} holds no cases{(filter is null ? "" : $" whose names contain '{filter}'")}");
        int Count(OnnxCaseStatus status) => results.Count(r => r.Status == status);
        int passed = Count(OnnxCaseStatus.Passed) + Count(OnnxCaseStatus.Stochastic);
        session.Output.Line($"{passed} passed, {Count(OnnxCaseStatus.Failed)} failed, {Count(OnnxCaseStatus.Skipped)} skipped");
        session.Output.Json(json =>
        {
            json.WriteNumber("passed", passed);
            json.WriteNumber("stochastic", Count(OnnxCaseStatus.Stochastic));
            json.WriteNumber("failed", Count(OnnxCaseStatus.Failed));
            json.WriteNumber("skipped", Count(OnnxCaseStatus.Skipped));
            json.WriteNumber("seconds", Math.Round(watch.Elapsed.TotalSeconds, 2));
            json.WriteStartArray("failures");
            foreach (var result in results.Where(r => r.Status == OnnxCaseStatus.Failed))
            {
                json.WriteStartObject();
                json.WriteString("name", result.Name);
                json.WriteString("reason", result.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return Count(OnnxCaseStatus.Failed) == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static Command Run()
    {
        var model = new Argument<string>("MODEL") { Description = "An ONNX file" };
        var inputs = new Option<string[]>("--input") { Description = "A value for an input: a .npy file, or a .pb file", HelpName = "NAME=FILE", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out") { Description = "A folder that outputs are written to, as .npy; unless given they are shown", HelpName = "DIR" };
        var asked = new Option<string[]>("--output") { Description = "A value to compute, inside the graph too; the graph's outputs unless given", HelpName = "NAME", Arity = ArgumentArity.OneOrMore };
        var command = new Command("run", "Compute the outputs of an ONNX model, or of the part of it between some values") { model, inputs, asked, output };
        command.SetAction(session => Run(session, session.Value(model), session.Value(inputs) ?? [], session.Value(asked) ?? [], session.Value(output)));
        return command;
    }

    private static int Run(Session session, string path, string[] given, string[] asked, string? folder)
    {
        var files = new Dictionary<string, string>();
        foreach (string item in given)
        {
            // Names of values may hold =, those of files rarely do.
            int split = item.LastIndexOf('=');
            if (split < 1)
                throw new UsageException($"--input {item}: give NAME=FILE");
            files[item[..split]] = item[(split + 1)..];
        }
        var model = OnnxModel.Load(path, asked.Length == 0 ? null : new OnnxPart([.. files.Keys], asked));
        var inputs = files.ToDictionary(f => f.Key, f => OnnxValueFile.Read(f.Value, model, f.Key));
        if (folder is not null)
            Directory.CreateDirectory(folder);
        using var noGrad = GradMode.NoGrad();
        var outputs = model.Run(inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            session.Output.Line($"{model.Outputs[i].Name}: {outputs[i].Describe()}");
            if (outputs[i] is OnnxTensor { Tensor: var tensor })
            {
                if (folder is null)
                    session.Output.Line(tensor.ToString());
                else
                    Npy.Write(Path.Combine(folder, FileName(model.Outputs[i].Name) + ".npy"), tensor);
            }
            else if (folder is not null)
            {
                session.Output.Warn($"{model.Outputs[i].Name} is {outputs[i].Describe()}, which no .npy file holds");
            }
        }
        session.Output.Json(json =>
        {
            json.WriteString("model", path);
            json.WriteStartArray("outputs");
            for (int i = 0; i < outputs.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("name", model.Outputs[i].Name);
                json.WriteString("value", outputs[i].Describe());
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    // Names in graphs often hold slashes and colons.
    private static string FileName(string name) => string.Concat(name.Select(ch => char.IsLetterOrDigit(ch) || ch is '_' or '-' or '.' ? ch : '_'));
}
