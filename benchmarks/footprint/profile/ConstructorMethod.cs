using System.Globalization;
using System.Reflection;

/// <summary>A constructor in the guise of a method: references to constructors are written with the signature of those of instances, which finds no static one.</summary>
internal sealed class ConstructorMethod(ConstructorInfo constructor) : MethodInfo
{
    // A reference has the signature of the definition, whatever the instance of the type.
    readonly MethodBase _definition = constructor.Module.ResolveMethod(constructor.MetadataToken, null, null)!;

    public override string Name => constructor.Name;
    public override Type? DeclaringType => constructor.DeclaringType;
    public override Type? ReflectedType => constructor.ReflectedType;
    public override Module Module => constructor.Module;
    public override MethodAttributes Attributes => constructor.Attributes;
    public override CallingConventions CallingConvention => constructor.CallingConvention;
    public override RuntimeMethodHandle MethodHandle => constructor.MethodHandle;
    public override int MetadataToken => constructor.MetadataToken;
    public override Type ReturnType => typeof(void);
    public override ParameterInfo ReturnParameter => ((Action)Console.WriteLine).Method.ReturnParameter;
    public override ICustomAttributeProvider ReturnTypeCustomAttributes => ReturnParameter;
    public override ParameterInfo[] GetParameters() => _definition.GetParameters();
    public override Type[] GetGenericArguments() => [];
    public override MethodInfo GetBaseDefinition() => this;
    public override MethodImplAttributes GetMethodImplementationFlags() => constructor.GetMethodImplementationFlags();
    public override object[] GetCustomAttributes(bool inherit) => [];
    public override object[] GetCustomAttributes(Type attributeType, bool inherit) => [];
    public override bool IsDefined(Type attributeType, bool inherit) => false;
    public override object? Invoke(object? obj, BindingFlags invokeAttr, Binder? binder, object?[]? parameters, CultureInfo? culture) => throw new NotSupportedException();
}
