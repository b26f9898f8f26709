namespace Hebb.Generators.Tests;

/// <summary>The smallest engine that the generators' output compiles against. Its ops write down how they were called.</summary>
static class Runtime
{
    public const string Source = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;

        namespace Hebb
        {
            public sealed partial class Tensor
            {
                public Tensor(string text) => Text = text;
                internal string Text { get; }
                public override string ToString() => Text;
            }

            public class Parameter
            {
                public Parameter(string text) => Text = text;
                public string Text { get; }
                public override string ToString() => Text;
            }

            public interface IModuleVisitor
            {
                void Parameter(string name, Parameter parameter);
                void Buffer(string name, Tensor tensor, Action<Tensor>? set, bool persistent);
                void Module(string name, Module module);
            }

            public abstract class Module
            {
                protected virtual void VisitMembers(IModuleVisitor visitor) { }
                public void Visit(IModuleVisitor visitor) => VisitMembers(visitor);
            }

            [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
            public sealed class BufferAttribute : Attribute { public bool Persistent { get; set; } = true; }
            [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
            public sealed class StateNameAttribute : Attribute { public StateNameAttribute(string name) { } }
            [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
            public sealed class NotStateAttribute : Attribute { }

            public abstract class Primitive { public abstract string Name { get; } }

            /// <summary>Writes the state of a module on one line an entry: name=value, inner modules after their name and a dot.</summary>
            public sealed class Lister : IModuleVisitor
            {
                readonly List<string> _lines;
                readonly string _prefix;
                Lister(List<string> lines, string prefix) { _lines = lines; _prefix = prefix; }
                public static string[] List(Module module)
                {
                    var lines = new List<string>();
                    module.Visit(new Lister(lines, ""));
                    return lines.ToArray();
                }

                public void Parameter(string name, Parameter parameter) => _lines.Add($"{_prefix}{name}={parameter}");
                public void Buffer(string name, Tensor tensor, Action<Tensor>? set, bool persistent)
                {
                    _lines.Add($"{_prefix}{name}={tensor}{(set is null ? " fixed" : "")}{(persistent ? "" : " transient")}");
                    set?.Invoke(new Tensor("set"));
                }

                public void Module(string name, Module module) => module.Visit(new Lister(_lines, _prefix + name + "."));
            }

            public sealed partial class Linear : Module
            {
                public Parameter Weight { get; } = new("w");
                public Parameter? Bias { get; init; }
            }
        }

        namespace Hebb.Ops
        {
            [AttributeUsage(AttributeTargets.Struct)]
            public sealed class OpAttribute : Attribute
            {
                public OpAttribute(string name) { }
                public string? Operator { get; set; }
                public string? Onnx { get; set; }
                public bool Facade { get; set; } = true;
            }

            [AttributeUsage(AttributeTargets.Interface)]
            public sealed class ElementwiseDriverAttribute : Attribute { public ElementwiseDriverAttribute(Type driver) { } }

            [ElementwiseDriver(typeof(Unary<>))] public interface IUnaryOp<T> where T : struct, IUnaryOp<T> { }
            public interface IFloatUnaryOp<T> : IUnaryOp<T> where T : struct, IFloatUnaryOp<T> { }
            [ElementwiseDriver(typeof(Binary<>))] public interface IBinaryOp<T> where T : struct, IBinaryOp<T> { }

            public sealed class Unary<T> : Primitive where T : struct
            {
                public static readonly Unary<T> Instance = new();
                public override string Name => typeof(T).Name;
                public static Tensor Apply(Tensor a) => new($"{typeof(T).Name}({a})");
            }

            public sealed class Binary<T> : Primitive where T : struct
            {
                public static readonly Binary<T> Instance = new();
                public override string Name => typeof(T).Name;
                public static Tensor Apply(Tensor a, Tensor b) => new($"{typeof(T).Name}({a}, {b})");
                public static Tensor Apply(Tensor a, double b) => new($"{typeof(T).Name}({a}, {b})");
                public static Tensor Apply(double a, Tensor b) => new($"{typeof(T).Name}({a}, {b})");
                public static Tensor Apply(Tensor a, long b) => new($"{typeof(T).Name}({a}, {b}L)");
                public static Tensor Apply(long a, Tensor b) => new($"{typeof(T).Name}({a}L, {b})");
            }
        }
        """;
}
