"""Changes to the programs after which what they leave sequential overlaps, and why it did not."""

from __future__ import annotations

from tests.corpus.sample import Remainder

RAYTRACE = Remainder(
    "the ray is built from vectors whose operators are the program's own code",
    (
        (
            """                xcomp = vpRight.scale(x * pixelWidth - halfWidth)
                ycomp = vpUp.scale(y * pixelHeight - halfHeight)
                ray = Ray(eye.point, eye.vector + xcomp + ycomp)
                colour = self.rayColour(ray)
""",
            """                right = x * pixelWidth - halfWidth
                up = y * pixelHeight - halfHeight
                colour = self.colourAt(eye, vpRight, vpUp, right, up)
""",
        ),
        (
            "    def rayColour(self, ray):\n",
            """    def colourAt(self, eye, vpRight, vpUp, right, up):
        return self.rayColour(
            Ray(eye.point, eye.vector + vpRight.scale(right) + vpUp.scale(up)))

    def rayColour(self, ray):
""",
        ),
    ),
    functional=("Scene.colourAt",),
)

SYMPY_BENCHMARK = Remainder(
    "one of the four functions returns an expression, though nobody looks at it",
    (("    return integrate(f, x)\n", "    integrate(f, x)\n"),),
)

VANDERMONDE = Remainder(
    "points and symbols are objects of sympy, which pickle by methods of their own",
    (
        ("Symbol, zeros\n", "Symbol, sympify, zeros\n"),
        (
            "def main():\n",
            """def polynomial(points, order, names):
    return str(gen_poly(sympify(points), order, symbols(names)))


def main():
""",
        ),
        (
            "f=gen_poly(points, 2, [x]),",
            'f=polynomial("[(0, 3), (1, 2), (2, 3)]", 2, ["x"]),',
        ),
        (
            "f=gen_poly(points, 2, [x, y]),",
            """f=polynomial(
                "[(0, 1, 1), (1, 0, 0), (1, 1, 0), (1/2, 0, 0), (0, 1/2, 0), (1/2, 1/2, 0)]",
                2, ["x", "y"]),""",
        ),
        (
            "f=gen_poly(points, 1, [x, y, z]),",
            """f=polynomial("[(0, 1, 1, 1), (1, 1, 0, 0), (1, 0, 1, 0), (1, 1, 1, 1)]",
                         1, ["x", "y", "z"]),""",
        ),
    ),
    functional=("polynomial",),
)

_LIMITS = (
    ("limit(sqrt(x**2 - 5*x + 6) - x, x, oo)", "sqrt(x**2 - 5*x + 6) - x", "oo"),
    ("limit(x*(sqrt(x**2 + 1) - x), x, oo)", "x*(sqrt(x**2 + 1) - x)", "oo"),
    ("limit(x - sqrt3(x**3 - 1), x, oo)", "x - (x**3 - 1)**Rational(1, 3)", "oo"),
    ("limit(log(1 + exp(x))/x, x, -oo)", "log(1 + exp(x))/x", "-oo"),
    ("limit(log(1 + exp(x))/x, x, oo)", "log(1 + exp(x))/x", "oo"),
    ("limit(sin(3*x)/x, x, 0)", "sin(3*x)/x", "0"),
    ("limit(sin(5*x)/sin(2*x), x, 0)", "sin(5*x)/sin(2*x)", "0"),
    ("limit(((x - 1)/(x + 1))**x, x, oo)", "((x - 1)/(x + 1))**x", "oo"),
)
LIMITS = Remainder(
    "expressions are objects of sympy, which pickle by methods of their own",
    (
        ("limit, sqrt, oo\n", "limit, sqrt, sympify\n"),
        (
            "def main():\n",
            """def limit_of(expression, point):
    return str(limit(sympify(expression), Symbol("x"), sympify(point)))


def main():
""",
        ),
        *((old, f'limit_of("{text}", "{point}")') for old, text, point in _LIMITS),
    ),
    functional=("limit_of",),
)

PROPOSITIONAL_MODELS = Remainder(
    "the model and the assignment are containers of a kind of their own",
    (
        (
            "def propdemo(trace=None):\n",
            """def truth(sentence):
    model = Model(set(), Valuation([("P", True), ("Q", True), ("R", False)]))
    return model.evaluate(sentence, Assignment(set()))


def propdemo(trace=None):
""",
        ),
        (
            """            print(f"The value of '{sent}' is: {m1.evaluate(sent, g1)}")""",
            """            print(f"The value of '{sent}' is: {truth(sent)}")""",
        ),
    ),
    functional=("truth",),
)

PARTIAL_DIFFERENTIAL_EQUATIONS = Remainder(
    "equations are objects of sympy, which pickle by methods of their own; the last call needs "
    "what the others returned",
    (
        (
            "pde_separate, pprint, sin, cos\n",
            "pde_separate, pprint, sin, cos, srepr, sympify\n",
        ),
        (
            "def main():\n",
            """def separate(equation, function, parts):
    x, f = symbols("r,phi,theta"), {n: Function(n) for n in ("Xi", "R", "Phi", "Theta", "u")}
    names = {str(s): s for s in x} | f
    sides = pde_separate(
        sympify(equation), sympify(function, names), [sympify(part, names) for part in parts])
    return sides and [srepr(side) for side in sides]


def sides_of(texts):
    return texts and [sympify(text) for text in texts]


def main():
""",
        ),
        ("    pprint(eq)\n", "    pprint(eq)\n    text = srepr(eq)\n"),
        (
            "pde_separate(eq, Xi(r, phi, theta), [R(r), u(phi, theta)])",
            'sides_of(separate(text, "Xi(r, phi, theta)", ["R(r)", "u(phi, theta)"]))',
        ),
        (
            "pde_separate(eq, Xi(r, phi, theta), [Theta(theta), u(r, phi)])",
            'sides_of(separate(text, "Xi(r, phi, theta)", ["Theta(theta)", "u(r, phi)"]))',
        ),
        (
            "pde_separate(eq, Xi(r, phi, theta), [Phi(phi), u(r, theta)])",
            'sides_of(separate(text, "Xi(r, phi, theta)", ["Phi(phi)", "u(r, theta)"]))',
        ),
        (
            "pde_separate(eq_left, u(r, phi), [Phi(phi), R(r)])",
            'sides_of(separate(srepr(eq_left), "u(r, phi)", ["Phi(phi)", "R(r)"]))',
        ),
    ),
    functional=("separate",),
)

FINITE_ELEMENTS = Remainder(
    "each integrand is an object of sympy, made in the loop that integrates it",
    (
        ("from sympy import symbols, Symbol,", "from sympy import symbols, sympify, Symbol,"),
        (
            "def main():\n",
            """def integral(text):
    return str(ReferenceSimplex(2).integrate(sympify(text)))


def integrands_of(u, us, fe):
    rows = []
    for i in range(0, fe.nbf()):
        Fi = u*fe.N[i]
        print(Fi)
        rows.append([])
        for j in range(0, fe.nbf()):
            integrands = diff(Fi, us[j])
            print(integrands)
            rows[i].append(str(integrands))
    return rows


def main():
""",
        ),
        (
            """    for i in range(0, fe.nbf()):
        Fi = u*fe.N[i]
        print(Fi)
        for j in range(0, fe.nbf()):
            uj = us[j]
            integrands = diff(Fi, uj)
            print(integrands)
            J[j, i] = t.integrate(integrands)
""",
            """    rows = integrands_of(u, us, fe)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            J[j, i] = sympify(integral(text))
""",
        ),
    ),
    functional=("integral",),
)

FIT_MULTIPLE_DATA_SETS = Remainder(
    "the parameters are objects of lmfit, which pickle by methods of their own",
    (
        (
            """        resid[i, :] = data[i, :] - gauss_dataset(params, i, x)
""",
            """        resid[i, :] = data[i, :] - gauss_of(amps[i], cens[i], sigs[i], x)
""",
        ),
        (
            "    # make residual per data set\n",
            """    values = params.valuesdict()
    amps = [float(values[f'amp_{i+1}']) for i in range(ndata)]
    cens = [float(values[f'cen_{i+1}']) for i in range(ndata)]
    sigs = [float(values[f'sig_{i+1}']) for i in range(ndata)]
    # make residual per data set
""",
        ),
        (
            "def objective(params, x, data):\n",
            """def gauss_of(amp, cen, sigma, x):
    return gauss(x, amp, cen, sigma)


def objective(params, x, data):
""",
        ),
    ),
    functional=("gauss_of",),
)
