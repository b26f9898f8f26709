using System.Reflection;

namespace Hebb.OpTests;

/// <summary>Marks a static method or property that returns rows: <c>IEnumerable&lt;OpCase&gt;</c>, <c>IEnumerable&lt;ErrorCase&gt;</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RowsAttribute : Attribute;

/// <summary>A call that must fail with one clear line.</summary>
public sealed record ErrorCase(string Name, Action Call, Type Exception, string Message)
{
    public static ErrorCase Shape(string name, Action call, string message) => new(name, call, typeof(ShapeException), message);

    public static ErrorCase DType(string name, Action call, string message) => new(name, call, typeof(DTypeException), message);
}

/// <summary>All rows of this assembly.</summary>
public static class OpTable
{
    private static readonly Dictionary<string, OpCase> Cases = Collect<OpCase>().ToDictionary(c => c.Name);
    private static readonly Dictionary<string, ErrorCase> Errors = Collect<ErrorCase>().ToDictionary(c => c.Name);

    public static OpCase Case(string name) => Cases[name];

    public static ErrorCase Error(string name) => Errors[name];

    public static IEnumerable<OpCase> All => Cases.Values;

    public static IEnumerable<TheoryDataRow<string>> Names => Cases.Keys.Select(n => new TheoryDataRow<string>(n));

    public static IEnumerable<TheoryDataRow<string>> ErrorNames => Errors.Keys.Select(n => new TheoryDataRow<string>(n));

    private static IEnumerable<T> Collect<T>() =>
        from type in typeof(OpTable).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where method.GetCustomAttribute<RowsAttribute>() is not null && typeof(IEnumerable<T>).IsAssignableFrom(method.ReturnType)
        from row in (IEnumerable<T>)method.Invoke(null, null)!
        select row;
}
