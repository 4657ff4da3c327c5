"""Given and family names for fictitious people. Common ones, combined by chance: a match with anybody is a coincidence."""

from __future__ import annotations

FEMALE = tuple(
    """
    Abigail Ada Adele Agnes Alba Alice Alma Amelia Ana Anika Anita Anna Annette April Astrid Audrey Aurora Beatrice Bella
    Bernice Beth Bianca Bonnie Brenda Bridget Camille Carla Carmen Carol Catherine Cecilia Celeste Charlotte Chloe Clara
    Claudia Colette Connie Cora Corinne Daisy Dana Daphne Deborah Delia Denise Diana Dolores Dora Doris Edith Elaine Eleanor
    Elena Elise Eliza Elsa Emilia Emma Erica Esme Estelle Esther Ethel Eva Evelyn Faith Fatima Felicity Fern Fiona Flora
    Frances Freda Gail Gemma Georgia Gloria Grace Greta Gwen Hannah Harriet Hazel Heather Helen Hilda Holly Hope Ida Imani
    Ines Ingrid Irene Iris Isabel Ivy Jacqueline Jane Janet Jasmine Jean Joan Josephine Joy Joyce Judith Julia June Karen
    Kate Keisha Kim Lara Latoya Laura Leah Lena Leona Leila Lillian Linda Lois Lorena Louise Lucia Lucy Luz Lydia Mabel Mae
    Maria Marian Martha Maya Mei Mercy Mila Mira Miriam Monica Nadia Naomi Nell Nina Nora Octavia Olga Olive Opal Paloma
    Patricia Paula Pearl Petra Phoebe Pilar Rachel Ramona Rita Rosa Rose Ruby Ruth Sadie Sara Selma Serena Shirley Sofia
    Stella Sylvia Tamara Teresa Thea Tilda Uma Ursula Vera Viola Violet Vivian Wanda Wilma Winifred Yara Yolanda Yvonne Zara
    """.split()  # noqa: SIM905  two hundred quoted words would be harder to read
)
MALE = tuple(
    """
    Aaron Abel Adam Adrian Alan Albert Alec Alfred Amos Andre Andrew Angus Anthony Arlo Arthur Asher August Barry Basil Ben
    Bernard Boris Brendan Brian Bruno Byron Caleb Calvin Carl Carlos Cecil Cedric Cesar Charles Chester Clarence Claude
    Clifford Clyde Colin Conrad Craig Curtis Cyril Dale Damian Daniel Darius David Dean Dennis Derek Desmond Diego Dominic
    Donald Douglas Duncan Dwayne Earl Edgar Edmund Edward Eli Elias Elliot Emil Emmett Enzo Eric Ernest Ethan Eugene Evan
    Felix Fergus Finn Floyd Francis Frank Fred Gabriel Gareth Gary Gavin George Gerald Gilbert Glen Gordon Graham Gregory Guy
    Harold Harvey Hector Henry Herbert Homer Howard Hugh Hugo Ian Ibrahim Ira Isaac Ivan Jack Jacob Jamal James Jared Jason
    Javier Jerome Jesse Joaquin Joel John Jonas Jorge Joseph Juan Julian Keith Kenneth Kevin Lamar Lance Lars Lawrence Leo
    Leon Leroy Lewis Lionel Lloyd Louis Lucas Luis Luther Malcolm Manuel Marcus Mario Martin Marvin Mateo Matthew Maurice Max
    Melvin Miles Milton Mohan Morris Moses Nathan Neil Nelson Nicholas Noah Noel Norman Oliver Omar Oscar Otis Otto Owen
    Pablo Patrick Paul Pedro Percy Peter Philip Quentin Rafael Ralph Ramon Raul Raymond Reuben Rex Ricardo Robert Roger
    Roland Ronald Roy Rufus Russell Samuel Saul Scott Sean Seth Sidney Simon Stanley Stefan Stephen Terence Theo Thomas Tobias
    Trevor Victor Vincent Wade Wallace Walter Warren Wendell Wesley Wilbur William Winston Xavier Yusuf
    """.split()  # noqa: SIM905  two hundred quoted words would be harder to read
)
FAMILY = tuple(
    """
    Abbott Acosta Adler Aguilar Albright Alden Alvarez Amari Anders Archer Armitage Ashby Atwood Avery Ayala Baines Baker
    Banerjee Banks Barlow Barnett Barron Bauer Beckett Bell Benitez Bennett Berg Birch Blackwell Blake Bloom Boateng Bolton
    Bowen Bradford Brandt Brennan Briggs Brooks Browning Bryant Buckley Burke Burns Cabrera Cahill Calloway Cardenas Carlson
    Carver Castillo Chambers Chandler Chavez Chen Cho Clayton Cole Coleman Collins Conway Cooper Cordero Cowan Craven Crosby
    Cruz Dalton Daly Dawson Delacroix Delgado Desai Diallo Diaz Dixon Dobson Donovan Douglas Doyle Drake Dubois Duffy Duncan
    Durand Eastwood Edwards Eklund Ellison Emerson Engel Espinoza Estrada Evans Everett Farrell Faulkner Fenwick Ferrer Field
    Finch Fischer Fitzgerald Fleming Flores Forbes Foster Fowler Franklin Frost Fuentes Fuller Gallagher Garcia Gardner
    Garrison Gibson Gilmore Glover Goldberg Gomez Graham Greene Griffin Gupta Gustafson Guzman Hadley Hale Hammond Hansen
    Harding Harper Hartley Hayes Henderson Hendricks Herrera Hicks Hobbs Hoffman Holland Holmes Hopkins Horton Howell Hubbard
    Hughes Hunter Hussain Ibarra Irving Ito Jacobs Jansen Jarvis Jensen Jimenez Joseph Kaplan Kaur Keane Keller Kemp Kendall
    Kennedy Khan Kim Kirby Klein Knight Kowalski Lambert Larsen Lawson Leblanc Lee Lennox Levine Lindqvist Lloyd Lopez Lowe
    Lucero Lund Lynch Mackenzie Maddox Maldonado Malone Mann Marsh Martinez Mathis Maxwell Mbeki McBride McCoy McLean Medina
    Mehta Mendez Mercer Meyer Middleton Miranda Mitchell Molina Monroe Montoya Moody Moreno Morrow Mukherjee Munoz Murphy
    Nakamura Navarro Newton Nguyen Nielsen Nolan Norris Novak Obi Ochoa Odell Okafor Olsen Orozco Ortega Osborne Owusu Pacheco
    Page Palmer Park Parrish Patel Pearce Pena Perkins Peterson Pham Phelps Pierce Pike Porter Potter Pratt Prescott Price
    Quinn Quintero Ramos Randall Rao Rasmussen Reed Reyes Rhodes Rios Rivera Robles Rojas Romero Rosen Rosenthal Rowe Rowland
    Ruiz Russo Salazar Sanders Sandoval Santos Sawyer Schneider Schultz Serrano Sethi Shah Sharp Shaw Sheridan Silva Simmons
    Singh Sloan Snyder Solis Sorensen Soto Stafford Stark Steele Stein Stokes Strand Suarez Sutton Suzuki Swanson Tan Tanaka
    Tate Temple Thornton Todd Torres Townsend Tran Trevino Tucker Underwood Valdez Vance Vargas Vasquez Vaughn Vega Velasco
    Voss Wade Wagner Walsh Walton Ward Warner Watts Weaver Webb Weber Weiss Wheeler Whitaker Wilder Wilkins Winters Wolfe
    Wong Woodward Wyatt Yamamoto Yang York Yoder Zamora Zhang Ziegler Zimmerman
    """.split()  # noqa: SIM905  two hundred quoted words would be harder to read
)
