using Hebb.Benchmarks;

(string Name, string About, Action Run)[] suites =
[
    ("overhead", "what an eager op costs beyond its kernel", EagerOverhead.Run),
    ("memory", "peak memory of a training loop that disposes nothing", EagerMemory.Run),
];
var chosen = args.Length == 0 ? suites : [.. suites.Where(s => args.Contains(s.Name))];
if (chosen.Length < args.Length || args.Contains("--help"))
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project benchmarks/Hebb.Benchmarks [-- SUITE…]");
    foreach (var (name, about, _) in suites)
        Console.Error.WriteLine($"  {name,-10} {about}");
    return 2;
}
foreach (var (_, _, run) in chosen)
    run();
return 0;
